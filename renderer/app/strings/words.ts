/** The words of one screen in a language other than English, whose keys type them. */
export type Words<T> = Readonly<Record<keyof T, string>>
