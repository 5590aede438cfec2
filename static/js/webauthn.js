// Security keys: a form marked data-webauthn asks the browser for a credential before it is sent.
import { show } from "./say.js";

const WORDS = {
  NotAllowedError: "The key was not used in time, or it was cancelled. Try once more.",
  InvalidStateError: "This key is already set up for your account. Use another one.",
  SecurityError: "Security keys work only at this site's own, encrypted address.",
};

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  if (!buffer) return undefined;
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function read(options) {
  const { publicKey } = options;
  publicKey.challenge = bytes(publicKey.challenge);
  if (publicKey.user) publicKey.user.id = bytes(publicKey.user.id);
  for (const name of ["excludeCredentials", "allowCredentials"]) {
    for (const known of publicKey[name] ?? []) known.id = bytes(known.id);
  }
  return { publicKey };
}

function written(credential) {
  const { response } = credential;
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: {
      clientDataJSON: text(response.clientDataJSON),
      attestationObject: text(response.attestationObject),
      authenticatorData: text(response.authenticatorData),
      signature: text(response.signature),
      userHandle: text(response.userHandle),
      transports: response.getTransports?.(),
    },
  });
}

async function ask(form) {
  const data = JSON.parse(document.getElementById(form.dataset.options).textContent);
  const options = read(data.creation_options ?? data.request_options);
  const credential = await navigator.credentials[form.dataset.webauthn](options);
  form.elements.credential.value = written(credential);
  form.submit();
}

for (const form of document.querySelectorAll("form[data-webauthn]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!window.PublicKeyCredential) {
      show("This browser cannot use security keys. Use your app or a recovery code instead.");
      return;
    }
    ask(form).catch((error) => show(WORDS[error.name] ?? "The key did not answer. Try once more, or use your app."));
  });
}
