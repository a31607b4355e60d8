// Evaluates JSONata with the reference implementation, as Step Functions does.
//
// Each line of the standard input is a request, {"expression": …, "bindings": {name: value}}, and each gets one line in
// answer: {"value": …}, {} where the expression is undefined, or {"error": …}. It ends with its input.
'use strict';

const crypto = require('crypto');
const jsonata = require('jsonata');
const readline = require('readline');

// https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html#jsonata-functions-provided-by-step-functions
const functions = {
  eval: undefined,
  parse: [text => JSON.parse(text), '<s-:x>'],
  uuid: [() => crypto.randomUUID(), '<:s>'],
  random: [seed => (seed === undefined ? Math.random() : seededRandom(seed)), '<n?:n>'],
  hash: [(text, algorithm) => crypto.createHash(algorithm.replace('-', '')).update(text, 'utf8').digest('hex'), '<s-s:s>'],
  range: [range, '<nnn:a<n>>'],
  partition: [partition, '<an:a<a>>'],
};

function seededRandom(seed) {
  return crypto.createHash('sha256').update(String(seed)).digest().readUInt32BE(0) / 2 ** 32;
}

function range(first, last, step) {
  if (step === 0) {
    throw new Error('the step of $range must not be 0');
  }
  const numbers = [];
  for (let number = first; step > 0 ? number <= last : number >= last; number += step) {
    numbers.push(number);
  }
  return numbers;
}

function partition(array, size) {
  if (!(size >= 1)) {
    throw new Error(`the size of $partition must be at least 1, got: ${size}`);
  }
  const parts = [];
  for (let start = 0; start < array.length; start += size) {
    parts.push(array.slice(start, start + size));
  }
  return parts;
}

const compiled = new Map();

function compile(text) {
  if (!compiled.has(text)) {
    const expression = jsonata(text);
    for (const [name, definition] of Object.entries(functions)) {
      if (definition) {
        expression.registerFunction(name, ...definition);
      } else {
        expression.assign(name, undefined);
      }
    }
    compiled.set(text, expression);
  }
  return compiled.get(text);
}

// A function has no JSON: as a value it counts as undefined.
function withoutFunctions(key, value) {
  const isFunction = typeof value === 'function' || (value && (value._jsonata_lambda || value._jsonata_function));
  return isFunction ? undefined : value;
}

async function answer(line) {
  try {
    const { expression, bindings } = JSON.parse(line);
    const value = await compile(expression).evaluate(undefined, bindings);
    return JSON.stringify({ value }, withoutFunctions);
  } catch (error) {
    return JSON.stringify({ error: [error.code, error.message].filter(Boolean).join(': ') });
  }
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(`${await answer(line)}\n`);
  }
})();
