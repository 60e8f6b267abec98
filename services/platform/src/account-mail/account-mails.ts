import type { Mail } from '@pcft/mail';
import { ttlSeconds, type Purpose } from './one-time-token-store.ts';

/**
 * The mails of an account. None repeats what a stranger has typed: whoever signs up with somebody else's address must
 * not write them a letter in our name.
 */
export class AccountMails {
  readonly #publicUrl: string;

  /** @param publicUrl the gateway's origin, where the pages are that links lead to */
  constructor(publicUrl: string) {
    this.#publicUrl = publicUrl;
  }

  verify(to: string, token: string): Mail {
    return {
      to,
      kind: 'verify-email',
      ttlSeconds: ttlSeconds['verify-email'],
      content: {
        subject: 'Verify your address',
        paragraphs: ['Somebody has created an account with this address. If it was you, please verify it.'],
        action: this.#link('Verify the address', 'verify-email', token),
        closing: [
          'The link works once, for 24 hours.',
          'If it was not you, do nothing: without the link the address stays unverified.',
        ],
      },
    };
  }

  /** To the owner of an account, when somebody signs up with its address. */
  alreadyHere(to: string): Mail {
    return {
      to,
      kind: 'sign-up-repeated',
      content: {
        subject: 'You have an account already',
        paragraphs: [
          'Somebody has tried to create an account with this address. It has one already, and nothing was changed.',
          'If it was you, sign in, or set a new password if you have forgotten it. If it was not you, you need not do anything.',
        ],
      },
    };
  }

  reset(to: string, token: string): Mail {
    return {
      to,
      kind: 'reset-password',
      ttlSeconds: ttlSeconds['reset-password'],
      content: {
        subject: 'Set a new password',
        paragraphs: ['Somebody has asked for a new password for your account. If it was you, set it here.'],
        action: this.#link('Set a new password', 'reset-password', token),
        closing: [
          'The link works once, for one hour.',
          'If it was not you, do nothing: your password stays as it is.',
        ],
      },
    };
  }

  passwordWasReset(to: string, keys: { readonly active: number; readonly revoked: number }): Mail {
    const { active, revoked } = keys;
    return {
      to,
      kind: 'password-was-reset',
      content: {
        subject: 'Your password was changed',
        paragraphs: [
          'The password of your account was set anew with a link that was sent to this address. All of its sessions were ended.',
          ...(active > 0
            ? [
                `${count(active, 'API key')} of the account ${active === 1 ? 'goes' : 'go'} on working. Revoke those you do not know.`,
              ]
            : []),
          ...(revoked > 0
            ? [`${count(revoked, 'API key')} made before the address was verified no longer work.`]
            : []),
          'If it was not you, set another password at once, and look after the security of this mailbox.',
        ],
      },
    };
  }

  confirmNewAddress(to: string, token: string): Mail {
    return {
      to,
      kind: 'change-email',
      ttlSeconds: ttlSeconds['change-email'],
      content: {
        subject: 'Confirm your new address',
        paragraphs: [
          'Somebody wants to use this address for their account. If it was you, please confirm it.',
        ],
        action: this.#link('Confirm the address', 'verify-email', token),
        closing: [
          'The link works once, for two hours.',
          'If it was not you, do nothing: nothing changes without the link.',
        ],
      },
    };
  }

  /** To the owner of an account whose address somebody else wants to have. */
  addressInUse(to: string): Mail {
    return {
      to,
      kind: 'address-in-use',
      content: {
        subject: 'Somebody wanted to use your address',
        paragraphs: [
          'Somebody has tried to give this address to another account. It belongs to yours, and nothing was changed.',
          'If it was you, sign in with this address, or take another one for the other account.',
        ],
      },
    };
  }

  changeRequested(to: string): Mail {
    return {
      to,
      kind: 'email-change-requested',
      content: {
        subject: 'Your account is to get another address',
        paragraphs: [
          'Somebody who knows your password has asked for another address for your account. It counts as soon as it is confirmed by a link that was sent there.',
          'If it was not you, set a new password at once: that also makes the link worthless.',
        ],
      },
    };
  }

  addressChanged(to: string): Mail {
    return {
      to,
      kind: 'email-changed',
      content: {
        subject: 'Your account has another address now',
        paragraphs: [
          'Your account was given another address, which was confirmed. This is the last mail about it to this one.',
          'If it was not you, tell whoever runs this service.',
        ],
      },
    };
  }

  /** The token stands in the fragment: no server and no log sees it, and a scanner that follows the link sends nothing. */
  #link(label: string, page: Exclude<Purpose, 'change-email'>, token: string) {
    return { label, url: `${this.#publicUrl}/account/${page}#token=${token}` };
  }
}

function count(number: number, noun: string): string {
  return `${String(number)} ${noun}${number === 1 ? '' : 's'}`;
}
