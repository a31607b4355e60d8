// Evaluates the JSONata expression that the standard input has, for each of its values of $states; prints the results.
const fs = require("fs");
const jsonata = require("jsonata");

async function main() {
  const { expression, states } = JSON.parse(fs.readFileSync(0, "utf8"));
  const code = jsonata(expression.replace(/^\{%|%\}$/g, ""));
  const results = [];
  for (const value of states) {
    results.push(await code.evaluate(undefined, { states: value }));
  }
  console.log(JSON.stringify(results));
}

main();
