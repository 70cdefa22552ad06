import { i18n } from '@lingui/core';
import { messages } from '@/locales/en/messages.po';

/** English is the source; other languages join here, loaded when chosen. */
export function startCatalogue(): typeof i18n {
  i18n.loadAndActivate({ locale: 'en', messages });
  return i18n;
}
