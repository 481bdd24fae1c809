import type { TestExpression } from 'unbash';
import { UNKNOWN } from '../text/traced';
import { expandPattern, expandSingle, matchesPattern, type Scope } from './expand';

/** Outcome of `[ … ]` or `test …` from its arguments, `]` not among them; undefined when it cannot be told. */
export function evaluateTest(args: readonly string[]): boolean | undefined {
  if (args.length === 0) return false;
  if (args[0] === '!' && args.length > 1) return negate(evaluateTest(args.slice(1)));
  if (args.some((arg) => arg.includes(UNKNOWN))) return undefined;
  const [first = '', second = '', third = ''] = args;
  if (args.length === 1) return first !== '';
  if (args.length === 2) return evaluateUnary(first, second);
  if (args.length === 3) return evaluateBinary(first, second, third);
  return undefined;
}

/** Outcome of `[[ … ]]`; undefined when it cannot be told. */
export function evaluateExpression(expression: TestExpression, scope: Scope): boolean | undefined {
  switch (expression.type) {
    case 'TestUnary':
      return evaluateUnary(expression.operator, expandSingle(expression.operand, scope).value);
    case 'TestBinary': {
      const left = expandSingle(expression.left, scope).value;
      const { operator } = expression;
      if (operator !== '=' && operator !== '==' && operator !== '!=') {
        return evaluateBinary(left, operator, expandSingle(expression.right, scope).value);
      }
      const pattern = expandPattern(expression.right, scope);
      if (left.includes(UNKNOWN) || pattern.includes(UNKNOWN)) return undefined;
      return matchesPattern(left, pattern) === (operator !== '!=');
    }
    case 'TestLogical': {
      const wanted = expression.operator === '||';
      let outcome: boolean | undefined = !wanted;
      for (const operand of expression.operands) {
        const value = evaluateExpression(operand, scope);
        if (value === wanted) return wanted;
        if (value === undefined) outcome = undefined;
      }
      return outcome;
    }
    case 'TestNot': {
      const value = evaluateExpression(expression.operand, scope);
      return expression.negations.length % 2 === 1 ? negate(value) : value;
    }
    case 'TestGroup':
      return evaluateExpression(expression.expression, scope);
  }
}

/** The opposite outcome. */
export function negate(outcome: boolean | undefined): boolean | undefined {
  return outcome === undefined ? undefined : !outcome;
}

function evaluateUnary(operator: string, operand: string): boolean | undefined {
  if (operand.includes(UNKNOWN)) return undefined;
  if (operator === '-n') return operand !== '';
  if (operator === '-z') return operand === '';
  return undefined;
}

const COMPARISONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '-eq': (a, b) => a === b,
  '-ne': (a, b) => a !== b,
  '-lt': (a, b) => a < b,
  '-le': (a, b) => a <= b,
  '-gt': (a, b) => a > b,
  '-ge': (a, b) => a >= b,
};

function evaluateBinary(left: string, operator: string, right: string): boolean | undefined {
  if (left.includes(UNKNOWN) || right.includes(UNKNOWN)) return undefined;
  if (operator === '=' || operator === '==') return left === right;
  if (operator === '!=') return left !== right;
  const compare = COMPARISONS[operator];
  return compare !== undefined && /^-?\d+$/.test(left) && /^-?\d+$/.test(right) ? compare(Number(left), Number(right)) : undefined;
}
