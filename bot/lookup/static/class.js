// Class mode: steps without loading the page again, what this device keeps, and its copy for places without a network.
import { keepCopy, remember, showDevice } from "./class-device.js";
import { pageThrough } from "./class-lesson.js";

const city = location.pathname.split("/")[2];
const lesson = document.querySelector("#lesson");
if (lesson) {
  remember(city, lesson.dataset.topic, lesson.dataset.heading);
  pageThrough(lesson);
}
showDevice(city);
keepCopy(city);
