import { useMediaQuery } from '@mantine/hooks';

/** Whether the page is as narrow as a phone: dialogs take all of it then. */
export function useIsNarrow(): boolean {
  return useMediaQuery('(max-width: 36em)', false, { getInitialValueInEffect: false });
}
