'use strict';
const { parseEnv } = require('util');

module.exports = (file) => parseEnv(file.toString('utf8'));
