/** The tenant of the sample data, which the console's own requests belong to. */
export const tenantAtFirst = 'acme'
