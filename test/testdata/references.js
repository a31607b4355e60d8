// Prints the paths that JSONata expressions read: those that start with a variable, without the $. Standard input is a JSON
// array of expressions. Standard output is a JSON array with the list of paths of each expression. The paths leave out
// variables that the expression itself sets, and the functions of JSONata.
'use strict';

const fs = require('fs');
const jsonata = require('jsonata');

async function references(expression) {
  const paths = new Set();
  const own = new Set(['', '$']); // the context, and the root
  const seen = new Set(); // nodes of variables that need no path of their own
  const visit = node => {
    if (node === null || typeof node !== 'object') {
      return;
    }
    if (node.type === 'bind') {
      own.add(node.lhs.value);
      seen.add(node.lhs);
    } else if (node.type === 'lambda') {
      node.arguments.forEach(argument => own.add(argument.value) && seen.add(argument));
    } else if (node.type === 'function') {
      seen.add(node.procedure); // if it is not a function, the evaluation fails
    } else if (node.type === 'path' && node.steps[0].type === 'variable') {
      const end = node.steps.findIndex((step, i) => i > 0 && step.type !== 'name');
      paths.add(node.steps.slice(0, end < 0 ? undefined : end).map(step => step.value).join('.'));
      seen.add(node.steps[0]);
    } else if (node.type === 'variable' && !seen.has(node)) {
      paths.add(node.value);
    }
    [node.focus, node.index].filter(Boolean).forEach(name => own.add(name));
    Object.values(node).forEach(visit);
  };
  visit(jsonata(expression).ast());
  const outside = [];
  for (const path of [...paths].sort()) {
    const [variable] = path.split('.');
    if (!own.has(variable) && !(await jsonata(`$exists($${variable})`).evaluate())) {
      outside.push(path);
    }
  }
  return outside;
}

(async () => {
  const expressions = JSON.parse(fs.readFileSync(0, 'utf8'));
  process.stdout.write(JSON.stringify(await Promise.all(expressions.map(references))));
})();
