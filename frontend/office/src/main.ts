/** Start of the office pages: styles, HTMX, and the behaviour named in the markup. */
import "./styles/index.scss";
import htmx from "htmx.org";
import { AddresseesController } from "./controllers/addressees";
import { CompareController } from "./controllers/compare";
import { CopyController } from "./controllers/copy";
import { CutLinesController } from "./controllers/cut-lines";
import { DrawerController } from "./controllers/drawer";
import { ExploreController } from "./controllers/explore";
import { FileDropController, PhotoPickerController } from "./controllers/files";
import { HotlineController } from "./controllers/hotline";
import { MapController } from "./controllers/map";
import { MenuController } from "./controllers/menu";
import { RowsController } from "./controllers/rows";
import { SearchKeyController } from "./controllers/search-key";
import { SidePanelController } from "./controllers/side-panel";
import { AutosubmitController, FocusController } from "./controllers/small";
import { TabsController } from "./controllers/tabs";
import { ThemeController, followSystemOnce } from "./controllers/theme";
import { ToastController, listenForToasts } from "./controllers/toast";
import { HereController, PickPositionController, PrintController, RevealController } from "./controllers/visit";
import { installConfirm } from "./lib/confirm";
import { installSendOnce } from "./lib/once";
import { Registry } from "./lib/registry";

// Nothing that the content security policy forbids; refusals (409, 422) are shown, other faults are told by a toast.
Object.assign(htmx.config, {
  includeIndicatorStyles: false,
  allowEval: false,
  selfRequestsOnly: true,
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "409|422", swap: true },
    { code: "[45]..", swap: false, error: true },
  ],
});

followSystemOnce();
installConfirm(document);
installSendOnce(document);
listenForToasts(document);
new Registry({
  compare: CompareController,
  addressees: AddresseesController,
  autosubmit: AutosubmitController,
  copy: CopyController,
  "cut-lines": CutLinesController,
  drawer: DrawerController,
  explore: ExploreController,
  "file-drop": FileDropController,
  focus: FocusController,
  here: HereController,
  hotline: HotlineController,
  map: MapController,
  menu: MenuController,
  "photo-picker": PhotoPickerController,
  "pick-position": PickPositionController,
  print: PrintController,
  reveal: RevealController,
  rows: RowsController,
  "side-panel": SidePanelController,
  "search-key": SearchKeyController,
  tabs: TabsController,
  theme: ThemeController,
  toast: ToastController,
}).start(document);
