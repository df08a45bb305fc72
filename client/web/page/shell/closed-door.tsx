import { Center, Code, Stack, Text, Title } from '@mantine/core';

/** For a browser that was not let in. */
export function ClosedDoor() {
  return (
    <Center h="100%" p="md">
      <Stack maw={460} gap="sm">
        <Title order={1} size="h2">
          This door is closed
        </Title>
        <Text>
          Open the address that the terminal shows where <Code>npm start</Code> or <Code>rowcast web</Code> runs. It
          lets one browser in, once; the next one stands below it.
        </Text>
      </Stack>
    </Center>
  );
}
