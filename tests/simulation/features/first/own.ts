import { own } from '../_own.ts'

export const first = own(1)
