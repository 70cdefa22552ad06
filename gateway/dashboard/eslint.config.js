import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';
import coopmesh from './lint/rules.js';

export default tseslint.config(
  { ignores: ['dist', 'node_modules'] },
  ...tseslint.configs.recommended,
  {
    files: ['src/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks, coopmesh },
    rules: {
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      'coopmesh/one-way-imports': 'error',
      'coopmesh/no-raw-text': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: 'Markup from outside is never rendered.' },
        { selector: "NewExpression[callee.object.name='Intl'][callee.property.name='NumberFormat'] Property[key.name='currency']", message: 'Money is formatted only by shared/money.ts.' },
      ],
    },
  },
  { files: ['src/shared/money.ts'], rules: { 'no-restricted-syntax': 'off' } },
);
