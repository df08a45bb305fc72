import { AppShell, Burger, Group, Text } from '@mantine/core';
import { useDisclosure, useElementSize, useLocalStorage } from '@mantine/hooks';
import { type ReactNode, useEffect } from 'react';
import { placeNow } from '../address/go-to.ts';
import { usePlace } from '../address/use-place.ts';
import { isFiltering } from '../feed/feed-filter.ts';
import { FeedPanel } from '../feed/feed-panel.tsx';
import { useIsEditor } from '../people/rights.ts';
import { RowDrawer } from '../row/row-drawer.tsx';
import { useUndoKeys } from '../table/edit/use-undo-keys.ts';
import { TableList } from '../tables/table-list.tsx';
import { TimeBar } from '../time/time-bar.tsx';
import { pointText } from '../words/points.ts';
import { AccountMenu } from './account-menu.tsx';
import { Afterwards } from './afterwards.tsx';
import { FeedToggle } from './feed-toggle.tsx';
import { Notes } from './notes.tsx';
import classes from './shell.module.css';
import { TrustBanners } from './trust-banners.tsx';
import { TrustSign } from './trust-sign.tsx';

/** The frame of the page: who and how it stands above, the tables left, the feed right, time below. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const [isNavOpen, nav] = useDisclosure(false);
  const [isFeedOpen, setFeedOpen] = useLocalStorage({ key: 'rowcast-feed', defaultValue: true });
  const [isFeedOverlaid, overlay] = useDisclosure(false);
  // Whoever is sent an address that says what the feed shows is to see that.
  useEffect(() => {
    const { feed } = placeNow();
    if (feed.isTableOnly || isFiltering(feed)) setFeedOpen(true);
  }, [setFeedOpen]);
  const [{ table, row, at }] = usePlace();
  useUndoKeys(useIsEditor() && at === undefined);
  // The drawer lies over the feed, which makes room for it, so that nothing of the table is below.
  const isRowOpen = table !== undefined && row !== undefined;
  const { ref: banners, height: bannersHeight } = useElementSize();
  const { ref: notes, height: notesHeight } = useElementSize();
  return (
    <AppShell
      header={{ height: 48 + bannersHeight }}
      navbar={{ width: 208, breakpoint: 'sm', collapsed: { mobile: !isNavOpen } }}
      aside={{
        width: isRowOpen ? 440 : 300,
        breakpoint: 'lg',
        collapsed: { desktop: !isFeedOpen && !isRowOpen, mobile: !isFeedOverlaid },
      }}
      footer={{ height: 84 + notesHeight }}
      padding={0}
    >
      <AppShell.Header className={classes.header}>
        <div ref={banners}>
          <TrustBanners />
        </div>
        <div className={classes.top}>
          <Group gap="xs" wrap="nowrap">
            <Burger opened={isNavOpen} onClick={nav.toggle} hiddenFrom="sm" size="sm" aria-label="tables" />
            <Text fw={700} size="lg" component="h1" m={0}>
              Rowcast
            </Text>
          </Group>
          <Group gap="sm" wrap="nowrap">
            <TrustSign />
            <FeedToggle isOpen={isFeedOpen} onToggle={() => setFeedOpen((open) => !open)} visibleFrom="lg" />
            <FeedToggle isOpen={isFeedOverlaid} onToggle={overlay.toggle} hiddenFrom="lg" />
            <AccountMenu />
          </Group>
        </div>
      </AppShell.Header>
      <AppShell.Navbar className={classes.side} zIndex={102}>
        <TableList onChosen={nav.close} />
      </AppShell.Navbar>
      <AppShell.Main className={classes.main}>{children}</AppShell.Main>
      <AppShell.Aside className={`${classes.side} ${classes.feed}`}>
        <Afterwards>
          <FeedPanel />
        </Afterwards>
      </AppShell.Aside>
      <AppShell.Footer className={classes.footer}>
        <div ref={notes}>
          <Notes />
        </div>
        <div className={classes.time}>
          <Afterwards>
            <TimeBar />
          </Afterwards>
        </div>
      </AppShell.Footer>
      {isRowOpen && <RowDrawer table={table} row={row} at={pointText(at)} />}
    </AppShell>
  );
}
