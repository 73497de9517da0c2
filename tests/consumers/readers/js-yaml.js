'use strict';
const yaml = require('js-yaml');

module.exports = (file) => yaml.load(file.toString('utf8'));
