import { i18n } from '@lingui/core';
import { messages } from '@/locales/en/messages.po';

/** English is the source; other languages join here, loaded when chosen. */
export function startCatalogue(): typeof i18n {
  i18n.loadAndActivate({ locale: 'en', messages });
  return i18n;
}

let members: Promise<void> | undefined;

/** The texts of the pages behind the sign-in, once. Who asks again while they did not come tries again. */
export function membersCatalogue(): Promise<void> {
  members ??= import('@/locales/en/members.po').then(
    (catalogue) => i18n.load('en', catalogue.messages),
    (thrown: unknown) => {
      members = undefined;
      throw thrown;
    },
  );
  return members;
}
