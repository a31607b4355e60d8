// Reads a JSON array of JSONata expressions, and prints the constructs in each that must not be there: a group-by, and an
// array or an object of two or more members inside a function.
'use strict';

const jsonata = require('jsonata');

function walk(node, inFunction, found) {
  if (!node || typeof node !== 'object') {
    return;
  }
  const members = node.type === 'unary' && { '[': node.expressions, '{': node.lhs }[node.value];
  if (inFunction && members && members.length > 1) {
    found.push(`a constructor of ${members.length} members inside of a function`);
  }
  if (node.group) {
    found.push('a group-by');
  }
  Object.values(node).forEach(member => walk(member, inFunction || node.type === 'lambda', found));
}

const expressions = JSON.parse(require('fs').readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(expressions.map(expression => {
  const found = [];
  walk(jsonata(expression).ast(), false, found);
  return found;
})));
