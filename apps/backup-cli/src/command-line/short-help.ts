/** For somebody who typed the name of the program only. */
export const shortHelp = `dbsave: take, prove, rotate and restore database backups

  dbsave backup ./app.db --to ./backups             while the application writes
  dbsave backup postgres://backup@db/orders --to ./backups
  dbsave inspect postgres://backup@db/orders        databases, tables, sizes
  dbsave verify --from ./backups                    proof: restored and compared
  dbsave restore --from ./backups --into ./copy.db  a new file, compared
  dbsave list --from ./backups                      the backups there are
  dbsave init ./app.db --to ./backups               a configuration, for cron

All commands: dbsave --help. One of them: dbsave help backup`;
