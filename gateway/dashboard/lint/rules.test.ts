import { RuleTester } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, it } from 'vitest';
import { noRawText, oneWayImports } from './rules.js';

RuleTester.describe = describe;
RuleTester.it = it;
const tester = new RuleTester({
  languageOptions: { parser: tseslint.parser as never, parserOptions: { ecmaFeatures: { jsx: true } } },
});
const members = '/co-op/dashboard/src/features/members/MembersPage.tsx';

tester.run('imports go app → features → shared', oneWayImports as never, {
  valid: [
    { filename: members, code: "import { get } from '@/shared/api';" },
    { filename: members, code: "import { membersQuery } from './members-api';" },
    { filename: '/co-op/dashboard/src/app/router.tsx', code: "import('@/features/members/MembersPage');" },
  ],
  invalid: [
    { filename: members, code: "import { nodesQuery } from '@/features/nodes/nodes-api';", errors: [{ messageId: 'sideways' }] },
    { filename: members, code: "import { nodesQuery } from '../nodes/nodes-api';", errors: [{ messageId: 'sideways' }] },
    { filename: members, code: "import { router } from '@/app/router';", errors: [{ messageId: 'upwards' }] },
    { filename: '/co-op/dashboard/src/shared/ui/Page.tsx', code: "export * from '../../features/members/members-api';", errors: [{ messageId: 'upwards' }] },
    { filename: '/co-op/dashboard/src/shared/ui/Page.tsx', code: "const page = import('@/features/members/MembersPage');", errors: [{ messageId: 'upwards' }] },
  ],
});

tester.run('every text goes through the catalogue', noRawText as never, {
  valid: [
    { filename: members, code: 'const a = <p><Trans>Members</Trans></p>;' },
    { filename: members, code: 'const a = <TextInput label={t`Name`} name="name" />;' },
    { filename: members, code: 'const a = <span>·</span>;' },
  ],
  invalid: [
    { filename: members, code: 'const a = <p>Members</p>;', errors: [{ messageId: 'raw' }] },
    { filename: members, code: 'const a = <TextInput label="Name" />;', errors: [{ messageId: 'raw' }] },
    { filename: members, code: "const a = <p>{late ? 'late' : 'up'}</p>;", errors: [{ messageId: 'raw' }, { messageId: 'raw' }] },
    { filename: members, code: 'const a = <TextInput placeholder={`Find by ${x}`} />;', errors: [{ messageId: 'raw' }] },
  ],
});
