// Evaluates JSONata with the reference implementation, as Step Functions does, and within the bounds of Step Functions.
//
// Each line of the standard input is a request. The answer is one line on the standard output:
//
//   {"expression": …, "bindings": {name: value}}  evaluates the expression. The answer has the "value", or no value if it is
//                                                 undefined, and the "depth" and the "steps" of the evaluation. With an
//                                                 "offset", $now() and $millis() are so many milliseconds later.
//   {"check": …, "has": ["result"]}               checks the expression of a field, in which $states has these parts. The
//                                                 answer lists why CreateStateMachine refuses the expression:
//                                                 {"problems": [{"code": …, "message": …}]}
//
// If a request fails, the answer is {"error": …, "code": …}. The process ends when its input ends.
'use strict';

const crypto = require('crypto');
const jsonata = require('jsonata');
const readline = require('readline');

// The bounds of one evaluation. Depth and memory were measured on AWS with TestState: issues 2737 and 2783 of floci-io/floci.
// An evaluation fails at a depth of 101, and with a value that is one byte larger.
//
// It is not known what AWS counts as memory. Expressions of AWS Elemental Inference have the same bounds (its User Guide,
// "Expression limits and guardrails"), with "memory allocated during each evaluation: 10 MB". If Step Functions adds up
// everything that is allocated, it refuses some evaluations that pass here. So an expression should make few large values.
const maxDepth = 100;
const maxValue = 6_990_256; // a number counts 8 bytes, a character 1
const maxPad = 262_144; // the characters that $pad adds: recorded on AWS by radkawar/stackd, expression_limits.json
const maxRange = 360_145; // the numbers of $range

// AWS ends an evaluation after one second (Step Functions Developer Guide, "Transforming data with JSONata"). A limit on time
// would fail evaluations by chance on a busy machine, so the number of steps is limited instead. Here a step takes about 5 µs,
// so 200,000 steps take a second. It is not known how many steps AWS takes in a second, so an expression should take far fewer.
const maxSteps = 200_000;

const causes = {
  depth: 'Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive.',
  time: 'Expression evaluation timeout: Check for infinite loop',
  memory: 'Expression evaluation memory limit exceeded: Check for excessive memory usage',
};

function refuse(isBeyond, what) {
  if (isBeyond) {
    throw new Error(causes[what]);
  }
}

// https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html#jsonata-functions-provided-by-step-functions
const functions = {
  eval: undefined, // Step Functions has no $eval: a call fails with T1006
  parse: [text => JSON.parse(text), '<s-:x>'],
  uuid: [() => crypto.randomUUID(), '<:s>'],
  random: [seed => (seed === undefined ? Math.random() : seededRandom(seed)), '<n?:n>'],
  hash: [(text, algorithm) => crypto.createHash(algorithm.replace('-', '')).update(text, 'utf8').digest('hex'), '<s-s:s>'],
  range: [range, '<nnn:a<n>>'],
  partition: [partition, '<an:a<a>>'],
  pad: [pad, '<s-ns?:s>'],
};

const builtIn = { pad: jsonata('$pad(text, width, char)') };

function seededRandom(seed) {
  return crypto.createHash('sha256').update(String(seed)).digest().readUInt32BE(0) / 2 ** 32;
}

function range(first, last, step) {
  if (step === 0) {
    throw new Error('the step of $range must not be 0');
  }
  refuse((last - first) / step >= maxRange, 'memory');
  const numbers = [];
  for (let number = first; step > 0 ? number <= last : number >= last; number += step) {
    numbers.push(number);
  }
  return numbers;
}

function partition(array, size) {
  if (array === undefined) {
    return undefined;
  }
  if (!(size >= 1)) {
    throw new Error(`the size of $partition must be at least 1, got: ${size}`);
  }
  const parts = [];
  for (let start = 0; start < array.length; start += size) {
    parts.push(array.slice(start, start + size));
  }
  return parts;
}

// Meter counts the steps, the depth and the sizes of values of one evaluation. AWS's cause for an evaluation that is too deep
// is the message of the guard in jsonata's own test suite (timeboxExpression in test/run-test-suite.js). That guard does not
// count the parts that a constructor evaluates in parallel. It also does not count down again after a function that has such a
// constructor. It is not known whether AWS counts in the same way. So Meter counts the depth with these parts and without, and
// uses the greater number.
class Meter {
  constructor() {
    this.steps = 0;
    this.nested = 0;
    this.nestedWithParallel = 0;
    this.depth = 0;
    this.sizes = new WeakMap();
  }

  enter(expression, environment) {
    this.steps++;
    this.nestedWithParallel++;
    if (!environment.isParallelCall) {
      this.nested++;
    }
    this.depth = Math.max(this.depth, this.nested, this.nestedWithParallel);
    refuse(this.depth > maxDepth, 'depth');
    refuse(this.steps > maxSteps, 'time');
  }

  leave(expression, environment, value) {
    this.nestedWithParallel--;
    if (!environment.isParallelCall) {
      this.nested--;
    }
    refuse(this.sizeOf(value) > maxValue, 'memory');
  }

  sizeOf(value) {
    if (typeof value === 'string') {
      return value.length;
    }
    if (typeof value === 'number') {
      return 8;
    }
    if (value === null || typeof value !== 'object' || isFunction(value)) {
      return 0;
    }
    if (!this.sizes.has(value)) {
      let size = 0;
      for (const key of Object.keys(value)) {
        size += (Array.isArray(value) ? 0 : key.length) + this.sizeOf(value[key]);
      }
      this.sizes.set(value, size);
    }
    return this.sizes.get(value);
  }
}

function pad(text, width, char) {
  refuse(Math.abs(width) - [...text].length > maxPad, 'memory');
  return builtIn.pad.evaluate({ text, width, char });
}

// The reference implementation reads the clock once at the start of each evaluation, with new Date(). So $now() and $millis() do
// not change during an evaluation.
let offset = 0;

globalThis.Date = class extends Date {
  constructor(...values) {
    super(...(values.length > 0 ? values : [Date.now() + offset]));
  }
};

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

function isFunction(value) {
  return typeof value === 'function' || Boolean(value && (value._jsonata_lambda || value._jsonata_function));
}

// A function has no JSON, so a value that is a function is undefined.
function withoutFunctions(key, value) {
  return isFunction(value) ? undefined : value;
}

async function evaluate({ expression: text, bindings, offset: moved = 0 }) {
  offset = moved;
  const expression = compile(text);
  const meter = new Meter();
  expression.assign(Symbol.for('jsonata.__evaluate_entry'), (node, input, environment) => meter.enter(node, environment));
  expression.assign(Symbol.for('jsonata.__evaluate_exit'),
    (node, input, environment, value) => meter.leave(node, environment, value));
  const value = await expression.evaluate(undefined, bindings);
  return { value, depth: meter.depth, steps: meter.steps };
}

// check returns why CreateStateMachine refuses an expression. floci-io/floci measured this with ValidateStateMachineDefinition
// (JsonataTopLevelReferencesTest.java). AWS refuses
// - a name or $ that refers to no object. Only the steps, predicates, sort terms and groupings of a path have a context object;
// - $$ anywhere;
// - a part of $states that the field does not have.
function check({ check: text, has }) {
  let tree;
  try {
    tree = jsonata(text).ast();
  } catch (error) {
    return { problems: [{ code: 'INVALID_JSONATA_EXPRESSION', message: error.message }] };
  }
  const messages = new Set();
  refusals(tree, { has, messages, hasContext: false });
  return { problems: [...messages].map(message => ({ code: 'UNSUPPORTED_JSONATA_EXPRESSION', message })) };
}

const needContext = new Set(['predicate', 'stages', 'terms', 'group', 'pattern', 'update', 'delete']);

function refusals(node, scope) {
  if (Array.isArray(node)) {
    node.forEach(member => refusals(member, scope));
    return;
  }
  if (!node || typeof node !== 'object') {
    return;
  }
  const withContext = { ...scope, hasContext: true };
  switch (node.type) {
    case 'path':
      refusalsOfStates(node.steps, scope);
      node.steps.forEach((step, index) => refusals(step, index === 0 ? scope : withContext));
      refusals(node.group, withContext);
      return;
    case 'name':
      if (!scope.hasContext) {
        scope.messages.add(`Reference to '${node.value}' at the top level is not supported.`);
      }
      break;
    case 'variable':
      if (node.value === '$') {
        scope.messages.add(`Reference to '$$' is not supported.`);
      } else if (node.value === '' && !scope.hasContext) {
        scope.messages.add(`Reference to '$' at the top level is not supported.`);
      }
      break;
    case 'lambda':
      refusals(node.body, { ...scope, hasContext: false });
      return;
  }
  for (const [key, member] of Object.entries(node)) {
    refusals(member, needContext.has(key) ? withContext : scope);
  }
}

function refusalsOfStates([first, second], scope) {
  const isPart = first.type === 'variable' && first.value === 'states' && second && second.type === 'name';
  if (isPart && ['result', 'errorOutput'].includes(second.value) && !scope.has.includes(second.value)) {
    scope.messages.add(`Field '$states.${second.value}' does not exist.`);
  }
}

async function answer(line) {
  try {
    const request = JSON.parse(line);
    return JSON.stringify('check' in request ? check(request) : await evaluate(request), withoutFunctions);
  } catch (error) {
    return JSON.stringify({ error: error.message, code: error.code });
  }
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(`${await answer(line)}\n`);
  }
})();
