// The bad examples that the schema accepts, and why it cannot do otherwise. Everything else in
// tests/fixtures/scenarios/bad is refused by the schema too, or by every YAML parser.
const otherFile = 'a schema sees one file, not those that it names';
const machine = 'a schema does not know the machine';
const arithmetic = 'a schema compares numbers, not the number inside a text';
const twoValues = 'a schema compares no two values of a file';
const variables = 'the names come from the payload, which is another file';

export const onlyTheReader = {
  'extends-a-circle': otherFile,
  'extends-a-folder': otherFile,
  'extends-an-empty-file': otherFile,
  'extends-and-incomplete': 'what is missing here could be in the extended file',
  'extends-itself': otherFile,
  'extends-no-such-file': otherFile,

  'payload-a-folder': otherFile,
  'payload-csv-quotes': otherFile,
  'payload-header-names': otherFile,
  'payload-json-an-object': otherFile,
  'payload-json-no-object': otherFile,
  'payload-json-without-field': otherFile,
  'payload-no-such-file': otherFile,
  'payload-not-json': otherFile,
  'payload-rows-too-long': otherFile,
  'payload-without-rows': otherFile,
  'variable-typo': variables,
  'variable-unknown': variables,

  'cwd-a-file': machine,
  'cwd-not-there': machine,
  'reporter-same-file': machine,
  'variable-of-environment-not-set': machine,

  'budget-too-large': arithmetic,
  'random-number-order': arithmetic,
  'ready-timeout-too-short': arithmetic,
  'run-too-short': arithmetic,
  'think-too-long': arithmetic,

  'cycles-min-above-max': twoValues,
  'flow-names-twice': twoValues,
  'header-twice': twoValues,

  'ready-log-no-expression': 'the dialects of regular expressions differ',
  'json-variable-without-quotes': 'js-yaml makes text of a key that is a map',
  'question-mark-without-quotes': 'right in YAML 1.2; yaml-cpp, which the reader uses, refuses it',
};
