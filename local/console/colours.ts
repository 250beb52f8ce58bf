export { type Colours, coloursOn } from "../../cli/colours-on";
