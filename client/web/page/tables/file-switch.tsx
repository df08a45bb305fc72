import { Menu, Switch, Text } from '@mantine/core';

interface Props {
  readonly label: string;
  /** What it means for whoever gets the file. */
  readonly note: string;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}

/** Something that is chosen about a file, in the menu that offers it. */
export function FileSwitch({ label, note, isOn, onChange }: Props) {
  return (
    <Menu.Item closeMenuOnClick={false} component="div">
      <Switch size="xs" label={label} checked={isOn} onChange={(event) => onChange(event.currentTarget.checked)} />
      <Text size="xs" c="var(--text-quiet)" mt={2}>
        {note}
      </Text>
    </Menu.Item>
  );
}
