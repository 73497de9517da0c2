// Reads files with one reader: node read.js READER. Takes a JSON list of files in base64 on stdin; answers with a JSON list that has for each
// {"variables": {...}} or {"error": "..."}. A reader is a module of the folder readers that exports a function of a Buffer; it returns an object of
// strings or a promise of one, or throws.
'use strict';
const fs = require('fs');

const read = require(`./readers/${process.argv[2]}.js`);

async function answer(file) {
  try {
    return { variables: await read(Buffer.from(file, 'base64')) };
  } catch (e) {
    return { error: String(e && e.message) };
  }
}

async function main() {
  const answers = [];
  for (const file of JSON.parse(fs.readFileSync(0, 'utf8'))) {
    answers.push(await answer(file));
  }
  fs.writeFileSync(1, JSON.stringify(answers));
}

main();
