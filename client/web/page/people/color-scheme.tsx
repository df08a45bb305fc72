import { Menu, useMantineColorScheme } from '@mantine/core';

const schemes = ['light', 'dark', 'auto'] as const;

/** Items of a menu: light, dark, or as the system has it. */
export function ColorScheme() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Menu.RadioGroup value={colorScheme} onChange={(to) => setColorScheme(to as (typeof schemes)[number])}>
      {schemes.map((scheme) => (
        <Menu.RadioItem key={scheme} value={scheme}>
          {scheme}
        </Menu.RadioItem>
      ))}
    </Menu.RadioGroup>
  );
}
