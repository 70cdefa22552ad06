import { useLingui } from '@lingui/react/macro';
import { IconLanguage } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { get, put } from '../api';
import { speak } from '../i18n';
import { chosenLanguage, isLanguage, LANGUAGE_CHOICES, PSEUDO, rememberLanguage, type Language } from '../languages';
import { useSession } from '../session';

/** For whom the language of this browser was last looked up. */
const KNOWN_FOR = 'language-of';
const CHOICES = import.meta.env.MODE === 'production' ? LANGUAGE_CHOICES : [...LANGUAGE_CHOICES, { value: PSEUDO, label: 'Pseudo' }];

/** Chooses the language of every page, for this browser and, of who is signed in, on record. */
export function LanguageSwitch() {
  const { t, i18n } = useLingui();
  const session = useSession();
  const client = useQueryClient();
  const choose = async (language: Language) => {
    await speak(language);
    rememberLanguage(language);
    // What services wrote in another language
    void client.invalidateQueries();
    if (session.signedIn && !session.viewedUntil && language !== PSEUDO) await put('/api/me/language', { language }).catch(() => undefined);
  };
  return (
    <span className="language">
      <IconLanguage size={17} aria-hidden="true" />
      <select aria-label={t`Language`} value={i18n.locale} onChange={(event) => void choose(event.currentTarget.value as Language).catch(() => undefined)}>
        {CHOICES.map((one) => <option key={one.value} value={one.value} lang={one.value}>{one.label}</option>)}
      </select>
    </span>
  );
}

/** Where a browser keeps nothing, the record counts each time. */
const stored = (): string | null => {
  try {
    return localStorage.getItem(KNOWN_FOR);
  } catch {
    return null;
  }
};

/** Whoever comes in with this browser meets the language they chose elsewhere; once, so that it can be changed here. */
export function useLanguageOnRecord(): void {
  const { signedIn, memberId, viewedUntil } = useSession();
  useEffect(() => {
    if (!signedIn || !memberId || viewedUntil || stored() === memberId) return;
    void get<{ language?: string | null }>('/api/me/language').then(async ({ language }) => {
      if (isLanguage(language) && language !== chosenLanguage()) {
        await speak(language);
        rememberLanguage(language);
      }
      localStorage.setItem(KNOWN_FOR, memberId);
    }).catch(() => undefined);
  }, [signedIn, memberId, viewedUntil]);
}
