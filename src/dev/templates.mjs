// Finds the texts that folders which do not know VS Code say in other languages.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { globSync } from 'tinyglobby';
import ts from 'typescript';
import { root } from './set-up.mjs';

/**
 * The texts that are given to functions, in order of their files. `takers` names the functions and which argument of
 * theirs it is; a function that hands a parameter of its own on to one of them is one, too.
 */
export function listGivenTexts(files, takers) {
  const sources = parse(files);
  const known = new Map(Object.entries(takers));
  let texts = [];
  for (let before = -1; before < known.size; ) {
    before = known.size;
    texts = sources.flatMap((source) => listCalls(source, known).flatMap((argument) => readTexts(argument, known)));
  }
  return texts;
}

/** The texts of properties of this name. */
export function listPropertyTexts(files, name) {
  const properties = parse(files).flatMap((source) => listNodes(source, ts.isPropertyAssignment));
  return properties.filter((property) => property.name.getText() === name).flatMap(({ initializer }) => readTexts(initializer, new Map()));
}

/** The texts of the maps that properties of this name hold: those of `messages: { id: 'text' }`. */
export function listMapTexts(files, name) {
  const properties = parse(files).flatMap((source) => listNodes(source, ts.isPropertyAssignment)).filter((property) => property.name.getText() === name);
  return properties.flatMap(({ initializer }) => listNodes(initializer, ts.isPropertyAssignment).flatMap((entry) => readTexts(entry.initializer, new Map())));
}

/** The templates of msg`…`, or of another tag, as `msg` of src/core/l10n makes them: `{0}` for what stands first. */
export function listTaggedTexts(files, name = 'msg') {
  const tagged = parse(files).flatMap((source) => listNodes(source, ts.isTaggedTemplateExpression)).filter(({ tag }) => tag.getText() === name);
  return tagged.map(({ template }) => (ts.isTemplateExpression(template) ? template.templateSpans.reduce((text, { literal }, i) => `${text}{${i}}${literal.text}`, template.head.text) : template.text));
}

function parse(files) {
  return globSync(files, { cwd: root }).sort().map((file) => ts.createSourceFile(file, readFileSync(path.join(root, file), 'utf8'), ts.ScriptTarget.Latest, true));
}

function listCalls(source, known) {
  return listNodes(source, ts.isCallExpression).flatMap(({ expression, arguments: given }) => given[known.get(expression.getText())] ?? []);
}

/** The texts that an expression can be; of a parameter its function is noted in `known`, whose calls then tell. */
function readTexts(node, known) {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isConditionalExpression(node)) return [...readTexts(node.whenTrue, known), ...readTexts(node.whenFalse, known)];
  if (ts.isParenthesizedExpression(node)) return readTexts(node.expression, known);
  if (!ts.isIdentifier(node)) return [];
  const constant = listNodes(node.getSourceFile(), ts.isVariableDeclaration).find(({ name, initializer }) => name.getText() === node.text && initializer !== undefined);
  if (constant !== undefined) return readTexts(constant.initializer, known);
  const taker = ts.findAncestor(node, (outer) => ts.isFunctionDeclaration(outer) && findParameter(outer, node.text) >= 0);
  if (taker?.name !== undefined) known.set(taker.name.text, findParameter(taker, node.text));
  return [];
}

function findParameter({ parameters }, name) {
  return parameters.findIndex((parameter) => parameter.name.getText() === name);
}

function listNodes(from, is) {
  const found = [];
  const visit = (node) => {
    if (is(node)) found.push(node);
    node.forEachChild(visit);
  };
  visit(from);
  return found;
}
