import { themeQuartz } from 'ag-grid-community';

/** The grid in the colours of the page, which follow its light or dark scheme by themselves. */
export const gridTheme = themeQuartz.withParams({
  backgroundColor: 'var(--surface)',
  foregroundColor: 'var(--text)',
  headerBackgroundColor: 'var(--surface-quiet)',
  headerTextColor: 'var(--text-quiet)',
  borderColor: 'var(--line)',
  accentColor: 'var(--mantine-color-accent-filled)',
  fontFamily: 'inherit',
  fontSize: 13,
  headerFontSize: 12,
  spacing: 6,
  wrapperBorder: false,
  wrapperBorderRadius: 0,
  valueChangeValueHighlightBackgroundColor: 'var(--changed-soft)',
});
