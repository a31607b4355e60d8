// Checks all Python files of the repository with Ruff, in its WebAssembly build, which npm installs as every other tool.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { PositionEncoding, Workspace } from "@astral-sh/ruff-wasm-nodejs";

const settings = {
  "target-version": "py310", // requirements.Python
  "line-length": 120,
  lint: {
    select: [
      "E", "W", "F", // pycodestyle and Pyflakes
      "I", "N", "UP", // order of imports, names, newer forms of the language
      "D100", "D101", "D104", // docstrings of modules, classes and packages
      "ANN", // annotations
      "B", "BLE", "TRY", "LOG", "G", "DTZ", // likely bugs, with exceptions, logs and times
      "A", "PLC", "PLE", "PLW", "RUF", "ERA",
      "C4", "FURB", "PERF", "PIE", "PTH", "RET", "SIM", // what can be shorter or faster
    ],
    ignore: [
      "ANN401", // Any is the type of most that moto hands over
      "N818", // exceptions have the names that AWS gives them
      "PLW0603", // the server has state for all its threads in its modules
      "TRY003", // the messages are AWS's, and each is in one place
    ],
    pycodestyle: { "max-line-length": 132 }, // the longest path of a module of moto
    isort: { "known-first-party": ["extensions"] },
  },
};

const workspace = new Workspace(settings, PositionEncoding.Utf16);
const files = execFileSync("git", ["ls-files", "-z", "*.py"], { encoding: "utf8" }).split("\0").filter(Boolean);
let found = 0;
for (const file of files) {
  for (const { code, message, start_location: at } of workspace.check(readFileSync(file, "utf8"))) {
    console.error(`${file}:${at.row}:${at.column}: ${code ?? "syntax"} ${message}`);
    found++;
  }
}
if (found > 0) {
  console.error(`ruff: ${found} problems in the Python files`);
  process.exitCode = 1;
}
