import { createTheme, type MantineColorsTuple } from '@mantine/core';

/** The one accent. Other colours stand for something: see page.css. */
const accent: MantineColorsTuple = [
  '#edf2ff',
  '#dbe4ff',
  '#bac8ff',
  '#91a7ff',
  '#748ffc',
  '#5c7cfa',
  '#4c6ef5',
  '#4263eb',
  '#3b5bdb',
  '#364fc7',
];

export const theme = createTheme({
  colors: { accent },
  primaryColor: 'accent',
  primaryShade: { light: 8, dark: 7 },
  fontFamily: 'Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  defaultRadius: 'md',
  cursorType: 'pointer',
  // Without a name of their own they are buttons that say nothing to who cannot see them.
  components: Object.fromEntries(
    ['Modal', 'Drawer', 'Notification'].map((name) => [
      name,
      { defaultProps: { closeButtonProps: { 'aria-label': 'close' } } },
    ]),
  ),
});
