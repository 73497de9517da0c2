// HashiCorp's own parser, compiled to WebAssembly. It answers with Terraform's JSON syntax, in which the beginning of a template in a string is doubled.
'use strict';
const { parse } = require('@cdktf/hcl2json');

module.exports = async (file) => {
  const variables = await parse('secrets.tfvars', file.toString('utf8'));
  const plain = (text) => text.replaceAll('$${', '${').replaceAll('%%{', '%{');
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, plain(value)]));
};
