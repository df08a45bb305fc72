import './no-eval.ts';
import './trusted-types.ts';
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './theme/page.css';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { showPerson } from './api/person.ts';
import { queries } from './api/queries.ts';
import { App } from './app.tsx';
import { ledger } from './ledger/ledger.ts';
import { styleNonce } from './theme/nonce.ts';
import { theme } from './theme/theme.ts';

const root = document.getElementById('page');
if (root === null) throw new Error('the document has no place for the page');

showPerson();
// Before anything is drawn: the answers come while that is done.
void ledger.open();
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => styleNonce}>
      <QueryClientProvider client={queries}>
        <App />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
