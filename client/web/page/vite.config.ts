import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Builds the page into dist/, which the gateway serves. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  // The gateway puts another nonce there with every answer.
  html: { cspNonce: 'ROWCAST-NONCE' },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // Nothing inline: the policy of the page allows none.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2_000,
  },
});
