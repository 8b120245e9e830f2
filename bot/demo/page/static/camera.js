// The camera of the device this page runs on: a frame now and then goes to the server, which reads QR codes.

import { h, sheet } from './dom.js';
import { Failure, lineOf, postPicture, t } from './api.js';

const SIDE = 900; // pixels of the longer side of a frame
const PAUSE = 250; // milliseconds between an answer and the next frame

export const cameraWorks = () => Boolean(navigator.mediaDevices?.getUserMedia);

// scanByCamera resolves with the link that was read, or undefined.
export async function scanByCamera(fail) {
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment', width: { ideal: 1280 } } });
  } catch {
    fail(t('error.no_camera'));
    return undefined;
  }
  let running = true;
  try {
    return await sheet(t('bank.camera'), (close) => {
      const video = h('video', { autoplay: true, muted: true, playsinline: true, class: 'finder' });
      video.srcObject = stream;
      look(video, () => running, close, fail);
      return [h('h3', {}, t('bank.cameraHint')), video, h('button', { type: 'button', class: 'plain wide-button', autofocus: true, onclick: () => close() }, t('app.cancel'))];
    });
  } finally {
    running = false;
    stream.getTracks().forEach((track) => track.stop());
  }
}

async function look(video, running, close, fail) {
  const canvas = document.createElement('canvas');
  while (running()) {
    await new Promise((resolve) => { setTimeout(resolve, PAUSE); });
    if (!running() || !video.videoWidth) continue;
    const scale = Math.min(1, SIDE / Math.max(video.videoWidth, video.videoHeight));
    canvas.width = video.videoWidth * scale;
    canvas.height = video.videoHeight * scale;
    canvas.getContext('2d').drawImage(video, 0, 0, canvas.width, canvas.height);
    const frame = await new Promise((resolve) => { canvas.toBlob(resolve, 'image/jpeg', 0.8); });
    try {
      close((await postPicture('bank/decode', frame)).link);
      return;
    } catch (error) {
      if (error instanceof Failure && error.code === 'no_qr') continue;
      fail(lineOf(error));
      close();
      return;
    }
  }
}
