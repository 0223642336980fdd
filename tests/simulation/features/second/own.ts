import { own } from '../_own.ts'

export const second = own(-2)
