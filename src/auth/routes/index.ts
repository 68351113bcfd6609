import { confirm } from './confirm.ts';
import { deleteAccount } from './delete-account.ts';
import { forgotPassword } from './forgot-password.ts';
import { login } from './login.ts';
import { refresh } from './refresh.ts';
import { register } from './register.ts';
import { resendCode } from './resend-code.ts';
import { resetPassword } from './reset-password.ts';

/** For everybody, without a token: function `auth-api`. */
export const openRoutes = [register, confirm, resendCode, login, refresh, forgotPassword, resetPassword];

/** What may remove a person everywhere is a function of its own, `account-api`, away from what anybody may call. */
export const accountRoutes = [deleteAccount];

export const routes = [...openRoutes, ...accountRoutes];
