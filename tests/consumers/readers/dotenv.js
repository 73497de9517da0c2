'use strict';
const dotenv = require('dotenv');

module.exports = (file) => dotenv.parse(file);
