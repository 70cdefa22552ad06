import '@fontsource-variable/atkinson-hyperlegible-next/index.css';
import './styles';
import '@/shared/ui/ui.css';
import './shell.css';
import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { DirectionProvider, MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { setNonce } from 'get-nonce';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { onProofWanted, onSessionLost } from '@/shared/api';
import { speak } from '@/shared/i18n';
import { firstLanguage } from '@/shared/languages';
import { ApiError } from '@/shared/problem';
import { sessionQuery } from '@/shared/session';
import { askForProof } from '@/shared/step-up';
import { makeRouter } from './router';
import { cssVariables, theme } from './theme';

// The gateway writes the nonce of the answer's content security policy into the page; styles made at run time carry it.
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
setNonce(nonce);

const queryClient = new QueryClient({
  defaultOptions: {
    // Whether the browser thinks that it is online says nothing on a mesh: what is asked for is asked for, and a silence is told
    mutations: { networkMode: 'always' },
    queries: {
      networkMode: 'always',
      staleTime: 5_000,
      refetchOnWindowFocus: true,
      // A refusal will be refused again; a silence may not.
      retry: (count, error) => count < 2 && !(error instanceof ApiError && error.problem.status >= 400 && error.problem.status < 500),
      retryDelay: (attempt) => 600 * 2 ** attempt,
    },
  },
});
onSessionLost(() => {
  const session = queryClient.getQueryData(sessionQuery.queryKey);
  if (session?.signedIn) void queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
});
onProofWanted(askForProof);

const root = createRoot(document.getElementById('root')!);

const show = () => root.render(
  <StrictMode>
    <I18nProvider i18n={i18n}>
      <DirectionProvider>
        <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto" getStyleNonce={() => nonce}>
          <Notifications position="bottom-left" />
          <QueryClientProvider client={queryClient}>
            <RouterProvider router={makeRouter(queryClient)} />
          </QueryClientProvider>
        </MantineProvider>
      </DirectionProvider>
    </I18nProvider>
  </StrictMode>,
);

// Without texts there are no words to say so
const AGAIN = '↻ Coopmesh';
const again = () => root.render(<button type="button" className="no-texts" onClick={() => window.location.reload()}>{AGAIN}</button>);

void speak(firstLanguage()).then(show, again);
