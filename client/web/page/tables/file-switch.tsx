import { Checkbox, Menu, Text } from '@mantine/core';

interface Props {
  readonly label: string;
  /** What it means for whoever gets the file. */
  readonly note: string;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}

/**
 * Something that is chosen about a file, in the menu that offers it. It has a box that is seen when it is empty, too, in
 * place of the menu's own mark.
 */
export function FileSwitch({ label, note, isOn, onChange }: Props) {
  return (
    <Menu.CheckboxItem
      checked={isOn}
      onChange={onChange}
      styles={{ itemIndicator: { display: 'none' } }}
      rightSection={<Checkbox.Indicator size="xs" checked={isOn} />}
    >
      {label}
      <Text size="xs" c="var(--text-quiet)">
        {note}
      </Text>
    </Menu.CheckboxItem>
  );
}
