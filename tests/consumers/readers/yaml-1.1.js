'use strict';
const { parse } = require('yaml');

module.exports = (file) => parse(file.toString('utf8'), { version: '1.1' });
