// Two rules of the house: imports go one way, and every text a person reads comes from the catalogue.

const layerOf = (path) => {
  const match = /\/src\/(app|shared|features\/([^/]+))\//.exec(path.replaceAll('\\', '/'));
  if (!match) return null;
  return match[2] ? { layer: 'features', feature: match[2] } : { layer: match[1] };
};

const resolve = (file, source) => {
  if (source.startsWith('@/')) return '/src/' + source.slice(2) + '/';
  if (!source.startsWith('.')) return null;
  return new URL(source, 'file://' + file.replaceAll('\\', '/')).pathname + '/';
};

/** app → features → shared; no feature imports another. */
export const oneWayImports = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      upwards: '{{from}} must not import {{to}}: imports go app → features → shared.',
      sideways: 'The feature "{{from}}" must not import the feature "{{to}}"; move what both need to shared.',
    },
  },
  create(context) {
    const here = layerOf(context.filename);
    if (!here) return {};
    const rank = { app: 2, features: 1, shared: 0 };
    const check = (node, source) => {
      if (!source || typeof source.value !== 'string') return;
      const target = resolve(context.filename, source.value);
      const there = target && layerOf(target);
      if (!there) return;
      if (rank[there.layer] > rank[here.layer]) {
        context.report({ node, messageId: 'upwards', data: { from: here.layer, to: there.layer } });
      } else if (here.layer === 'features' && there.layer === 'features' && here.feature !== there.feature) {
        context.report({ node, messageId: 'sideways', data: { from: here.feature, to: there.feature } });
      }
    };
    return {
      ImportDeclaration: (node) => check(node, node.source),
      ExportNamedDeclaration: (node) => check(node, node.source),
      ExportAllDeclaration: (node) => check(node, node.source),
      ImportExpression: (node) => check(node, node.source),
    };
  },
};

const READ_BY_PEOPLE = new Set([
  'label', 'title', 'placeholder', 'description', 'alt', 'aria-label', 'aria-description', 'lead', 'heading', 'hint', 'help', 'error', 'confirm', 'empty', 'summary',
]);
const HAS_WORDS = /\p{L}{2,}/u;
const TRANSLATED = new Set(['Trans', 'Plural', 'Select', 'SelectOrdinal', 'Code', 'style', 'script']);

/** Text in JSX, or in an attribute that is read aloud or shown, goes through Lingui. */
export const noRawText = {
  meta: { type: 'problem', schema: [], messages: { raw: 'Raw text "{{text}}": wrap it in <Trans> or t`…` so that it reaches the catalogue.' } },
  create(context) {
    const inTranslated = (node) => {
      for (let at = node.parent; at; at = at.parent) {
        if (at.type === 'JSXElement' && at.openingElement.name.type === 'JSXIdentifier' && TRANSLATED.has(at.openingElement.name.name)) return true;
      }
      return false;
    };
    const report = (node, text) => context.report({ node, messageId: 'raw', data: { text: text.trim().slice(0, 40) } });
    const literals = (node) => {
      if (!node) return [];
      if (node.type === 'Literal' && typeof node.value === 'string') return [node];
      if (node.type === 'TemplateLiteral') return node.quasis;
      if (node.type === 'ConditionalExpression') return [...literals(node.consequent), ...literals(node.alternate)];
      if (node.type === 'LogicalExpression') return [...literals(node.left), ...literals(node.right)];
      return [];
    };
    const textOf = (node) => (node.type === 'TemplateElement' ? node.value.raw : node.value);
    return {
      JSXText(node) {
        if (HAS_WORDS.test(node.value) && !inTranslated(node)) report(node, node.value);
      },
      JSXExpressionContainer(node) {
        const parent = node.parent;
        const shown = parent.type === 'JSXElement' || parent.type === 'JSXFragment'
          || (parent.type === 'JSXAttribute' && READ_BY_PEOPLE.has(parent.name.name));
        if (!shown || inTranslated(node)) return;
        literals(node.expression).filter((literal) => HAS_WORDS.test(textOf(literal))).forEach((literal) => report(literal, textOf(literal)));
      },
      JSXAttribute(node) {
        if (node.value?.type === 'Literal' && READ_BY_PEOPLE.has(node.name.name) && HAS_WORDS.test(node.value.value) && !inTranslated(node.parent)) report(node, node.value.value);
      },
    };
  },
};

export default { rules: { 'one-way-imports': oneWayImports, 'no-raw-text': noRawText } };
