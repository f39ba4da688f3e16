// Passkeys: a form with data-passkey asks the browser for one and is sent with the answer.
// Without JavaScript, or in a browser without passkeys, the form stays hidden: password and app work everywhere.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const withBytes = (list) => (list || []).map((item) => ({ ...item, id: bytes(item.id) }));

async function create(options) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: withBytes(options.excludeCredentials),
    },
  });
  const { clientDataJSON, attestationObject } = made.response;
  const transports = made.response.getTransports ? made.response.getTransports() : [];
  return [made, { clientDataJSON: text(clientDataJSON), attestationObject: text(attestationObject), transports }];
}

async function get(options) {
  const shown = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      allowCredentials: withBytes(options.allowCredentials),
    },
  });
  const { clientDataJSON, authenticatorData, signature, userHandle } = shown.response;
  const response = {
    clientDataJSON: text(clientDataJSON),
    authenticatorData: text(authenticatorData),
    signature: text(signature),
    userHandle: userHandle ? text(userHandle) : null,
  };
  return [shown, response];
}

async function fill(form) {
  const answer = await fetch(form.dataset.options, { method: "POST", redirect: "manual" });
  if (answer.type === "opaqueredirect") {
    location.assign(form.dataset.first); // something comes first: showing again who one is
    return false;
  }
  if (!answer.ok) throw new Error(String(answer.status));
  const options = await answer.json();
  const [credential, response] = await (form.dataset.passkey === "create" ? create(options) : get(options));
  form.elements.credential.value = JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  });
  return true;
}

const FAULTS = {
  NotAllowedError: "取り消されたか、時間がたちました。もう一度ためしてください。",
  InvalidStateError: "この端末のパスキーは、もう登録してあります。",
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    const fault = form.querySelector("[data-passkey-fault]");
    fault.hidden = true;
    try {
      if (await fill(form)) form.submit();
    } catch (error) {
      fault.textContent = FAULTS[error.name] || "うまくいきませんでした。ページを開き直して、もう一度ためしてください。";
      fault.hidden = false;
    }
  });
}
