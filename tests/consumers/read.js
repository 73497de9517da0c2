// Reads files with one reader: node read.js READER. Takes a JSON list of files in base64 on stdin; answers with a JSON list that has for each
// {"variables": {...}} or {"error": "..."}. A reader is a module of the folder readers that exports a function of a Buffer; it returns an object of
// strings, or throws.
'use strict';
const fs = require('fs');

const read = require(`./readers/${process.argv[2]}.js`);

function answer(file) {
  try {
    return { variables: read(Buffer.from(file, 'base64')) };
  } catch (e) {
    return { error: String(e && e.message) };
  }
}

fs.writeFileSync(1, JSON.stringify(JSON.parse(fs.readFileSync(0, 'utf8')).map(answer)));
