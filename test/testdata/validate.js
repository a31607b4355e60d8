// Checks the definition of a state machine with AWS's language service and with asl-validator. Fails with all their findings.
const fs = require("fs");
const { getLanguageService, TextDocument } = require("amazon-states-language-service");
const validate = require("asl-validator");

async function main(file) {
  const text = fs.readFileSync(file, "utf8").replaceAll(/<[A-Za-z.]+>/g, "name");
  const service = getLanguageService({});
  const document = TextDocument.create(file, "json", 1, text);
  const diagnostics = await service.doValidation(document, service.parseJSONDocument(document));
  const { errors } = validate(JSON.parse(text));
  for (const finding of [...diagnostics, ...errors]) {
    console.error(JSON.stringify(finding, null, 2));
    process.exitCode = 1;
  }
}

main(process.argv[2]);
