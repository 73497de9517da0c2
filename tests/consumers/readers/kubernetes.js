// What the API server makes of a Secret: the manifest's fields, and its data without base64.
'use strict';
const { parse } = require('yaml');

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

module.exports = (file) => {
  const { apiVersion, kind, metadata, type, data, ...rest } = parse(file.toString('utf8'));
  const head = JSON.stringify({ apiVersion, kind, metadata, type, rest });
  if (head !== '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"shop-production"},"type":"Opaque","rest":{}}') {
    throw new Error(`not the Secret that was meant: ${head}`);
  }
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, strict.decode(Buffer.from(value, 'base64'))]));
};
