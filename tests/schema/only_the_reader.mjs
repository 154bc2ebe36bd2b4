// The bad examples that the schema accepts, and why it cannot do otherwise. Everything else in
// tests/fixtures/scenarios/bad is refused by the schema too, or by every YAML parser.
const otherFile = 'a schema sees one file, not those that it names';
const machine = 'a schema does not know the machine';
const arithmetic = 'a schema compares numbers, not the number inside a text';
const twoValues = 'a schema compares no two values of a file';
const order = 'a schema does not know the order of steps';
const dialects = 'the dialects of regular expressions differ';
const variables = 'the names come from the payload, which is another file';

export const onlyTheReader = {
  'extends-a-circle': otherFile,
  'extends-a-folder': otherFile,
  'extends-an-empty-file': otherFile,
  'extends-and-incomplete': 'what is missing here could be in the extended file',
  'extends-itself': otherFile,
  'extends-no-such-file': otherFile,

  'capture-name-of-a-field': variables,
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
  'multipart-file-not-there': machine,
  'reporter-same-file': machine,
  'socket-path-too-long': machine,
  'tls-ca-not-there': machine,
  'variable-of-environment-not-set': machine,

  'budget-over-too-long': arithmetic,
  'budget-too-large': arithmetic,
  'loop-too-many': arithmetic,
  'phases-of-nothing': arithmetic,
  'phases-too-many': arithmetic,
  'random-number-order': arithmetic,
  'ready-timeout-too-short': arithmetic,
  'run-too-short': arithmetic,
  'think-too-long': arithmetic,

  'abort-after-the-timeout': twoValues,
  'capture-name-twice': twoValues,
  'cycles-min-above-max': twoValues,
  'expect-body-bounds': twoValues,
  'expect-headers-twice': twoValues,
  'flow-names-twice': twoValues,
  'header-twice': twoValues,
  'ignore-twice': twoValues,
  'suspect-twice': twoValues,
  'threshold-step-setup': twoValues,
  'threshold-step-unknown': twoValues,

  'captured-in-another-flow': order,
  'captured-in-itself': order,
  'captured-in-the-loop-later': order,
  'captured-in-the-other-branch': order,
  'captured-later': order,
  'captured-nowhere': order,
  'load-header-variable': order,
  'loop-count-outside': order,

  'json-variable-without-quotes': 'js-yaml makes text of a key that is a map',
  'pattern-back-reference': dialects,
  'pattern-backslash': dialects,
  'pattern-brackets': dialects,
  'pattern-closing-bracket': dialects,
  'pattern-look-around': dialects,
  'pattern-look-behind': dialects,
  'pattern-set': dialects,
  'question-mark-without-quotes': 'right in YAML 1.2; yaml-cpp, which the reader uses, refuses it',
  'ready-log-no-expression': dialects,
};
