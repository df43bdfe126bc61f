export { createOrderFolder, type FileReport, type KeptRows, type OrderFolderOptions } from "./order-folder.ts";
export { orderColumns, type OrderColumn } from "./order-columns.ts";
export { readOrderFile, type FileContext, type FileOrder, type OrderFile } from "./read-order-file.ts";
export { takeOrders, type OrderAnswer, type OrderIntake, type TakenOrder } from "./take-orders.ts";
export { orderFilesPage } from "./page.ts";
export { openStockFile, type StockFile } from "./stock-file.ts";
export { faultOfNames } from "./stock-file-name.ts";
export { createStockFolder, type StockFileReport, type StockFolderOptions } from "./stock-folder.ts";
export { isRejected, readStockLines, type RejectedLine, type StatedPosition, type StockLine } from "./stock-lines.ts";
