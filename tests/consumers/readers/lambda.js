'use strict';

module.exports = (file) => {
  const { Variables, ...rest } = JSON.parse(file.toString('latin1'));
  if (Object.keys(rest).length > 0) {
    throw new Error('more than Variables');
  }
  return Variables;
};
