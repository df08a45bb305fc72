import { Alert, Button, Code, Modal, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, type KeyboardEvent, useRef, useState } from 'react';
import { codeOf, GatewayProblem } from '../api/problem.ts';
import { ledger } from '../ledger/ledger.ts';
import { closeLogin, goOnAfterLogin, useLoginRequest } from '../people/login-request.ts';
import { useWait } from '../people/use-wait.ts';
import { plainWords } from '../words/plain-words.ts';
import { accountId } from './account-menu.tsx';
import { useFocusBack } from './use-focus-back.ts';

/** Asks for a name and a password, and says what for. */
export function LoginDialog() {
  const { isOpen, aim } = useLoginRequest();
  return isOpen && <OpenDialog aim={aim} />;
}

function OpenDialog({ aim }: { readonly aim: string | undefined }) {
  useFocusBack(accountId);
  return (
    <Modal opened onClose={closeLogin} title="Log in" size="xs" centered>
      <LoginForm aim={aim} />
    </Modal>
  );
}

/** The form alone. */
export function LoginForm({ aim }: { readonly aim?: string | undefined }) {
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const [hasCapsLock, setCapsLock] = useState(false);
  const [waitSeconds, wait] = useWait();
  const field = useRef<HTMLInputElement>(null);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await ledger.login(user.trim(), password);
      goOnAfterLogin();
    } catch (failure) {
      setError(failure);
      setPassword('');
      if (failure instanceof GatewayProblem) wait(failure.body.retryAfterMs ?? 0);
      field.current?.focus();
    } finally {
      setBusy(false);
    }
  };
  const onKey = (event: KeyboardEvent): void => setCapsLock(event.getModifierState('CapsLock'));
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap="sm">
        {aim !== undefined && <Text size="sm">It takes an administrator {aim}.</Text>}
        <TextInput
          label="Name"
          value={user}
          onChange={(event) => setUser(event.currentTarget.value)}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          data-autofocus
        />
        <PasswordInput
          ref={field}
          label="Password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          onKeyDown={onKey}
          onKeyUp={onKey}
          description={hasCapsLock ? 'caps lock is on' : undefined}
          autoComplete="current-password"
          required
        />
        {error !== undefined && (
          <Alert color="red" role="alert" p="xs">
            {codeOf(error) === 'login_throttled' ? throttled(waitSeconds) : plainWords(error)}
          </Alert>
        )}
        <Button type="submit" loading={isBusy} disabled={waitSeconds > 0}>
          {waitSeconds > 0 ? `wait ${waitSeconds} s` : 'log in'}
        </Button>
        <Text size="xs" c="var(--text-quiet)">
          The terminal in which Rowcast was started for the first time shows the password of <Code>admin</Code>. Is it
          lost? A new one is made where the server runs: <Code>npx rowcast passwd --embedded</Code>
        </Text>
      </Stack>
    </form>
  );
}

function throttled(seconds: number): string {
  const what = 'There were too many wrong passwords.';
  return seconds > 0 ? `${what} Try again in ${seconds} s.` : `${what} You can try again now.`;
}
