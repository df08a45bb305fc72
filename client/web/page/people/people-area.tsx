import { Alert, CloseButton, Group, ScrollArea, Tabs, Text } from '@mantine/core';
import { type Panel, panels } from '../address/address.ts';
import { usePlace } from '../address/use-place.ts';
import { useLedger } from '../ledger/ledger-state.ts';
import { useNoRows } from '../shell/first-paint.ts';
import { OwnNoteLine } from '../table/toolbar/own-note-line.tsx';
import { AccountsPanel } from './accounts-panel.tsx';
import { AuditPanel } from './audit-panel.tsx';
import { NeedsLogin } from './needs-login.tsx';
import classes from './people-area.module.css';
import { SessionsPanel } from './sessions-panel.tsx';

const views: Readonly<Record<Panel, () => React.ReactNode>> = {
  accounts: AccountsPanel,
  sessions: SessionsPanel,
  audit: AuditPanel,
};

/** Who may do what, who is logged in, and what happened to both. */
export function PeopleArea({ panel }: { readonly panel: Panel }) {
  const [, go] = usePlace();
  const login = useLedger((state) => state.login);
  const View = views[panel];
  useNoRows();
  return (
    <section className={classes.area} aria-label="people">
      <Group className={classes.bar} justify="space-between" wrap="nowrap">
        <Tabs value={panel} onChange={(to) => go({ table: undefined, panel: to as Panel })} variant="default">
          <Tabs.List>
            {panels
              .filter((one) => one === 'sessions' || login?.role === 'administrator' || one === panel)
              .map((one) => (
                <Tabs.Tab key={one} value={one} id={`people-${one}`}>
                  {one}
                </Tabs.Tab>
              ))}
          </Tabs.List>
        </Tabs>
        <CloseButton aria-label="back to the tables" onClick={() => go({ table: undefined, panel: undefined })} />
      </Group>
      <ScrollArea className={classes.body} type="auto">
        {login === undefined ? <NeedsLogin /> : mayOnlyRead(panel, login.role) ? <NotForViewers /> : <View />}
      </ScrollArea>
      <OwnNoteLine />
    </section>
  );
}

function mayOnlyRead(panel: Panel, role: string): boolean {
  return panel !== 'sessions' && role !== 'administrator';
}

function NotForViewers() {
  return (
    <Alert m="md" maw={480}>
      <Text size="sm">Only administrators see this. Your own sessions are there for you.</Text>
    </Alert>
  );
}
