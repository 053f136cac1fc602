//! The bot's account on Matrix: it logs in once and keeps its device, as keys belong to devices. The
//! device is signed with the account's own keys, so that it shows as verified.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use matrix_sdk::authentication::matrix::MatrixSession;
use matrix_sdk::config::RequestConfig;
use matrix_sdk::encryption::recovery::RecoveryError;
use matrix_sdk::encryption::{
    BackupDownloadStrategy, CrossSigningResetAuthType, EncryptionSettings,
};
use matrix_sdk::ruma::api::client::uiaa::{
    AuthData, MatrixUserIdentifier, Password, UserIdentifier,
};
use matrix_sdk::ruma::api::error::ErrorKind;
use matrix_sdk::ruma::{DeviceId, OwnedDeviceId, OwnedUserId, UserId};
// The library's own, so that it trusts the same certificates.
use matrix_sdk::reqwest;
use matrix_sdk::{Client, HttpError, SessionMeta, SessionTokens};
use serde::{Deserialize, Serialize};

use super::send::brief;
use crate::config::{self, Invalid, Secret};

/// The environment variables that hold the password, or instead of it an access token.
pub const PASSWORD: &str = "REFERENT_MATRIX_PASSWORD";
const TOKEN: &str = "REFERENT_MATRIX_TOKEN";
/// The environment variable with words that the account's keys are kept under at the server, so that
/// they are not lost with the data folder.
const RECOVERY: &str = "REFERENT_MATRIX_RECOVERY";

/// The folder of keys, rooms and session, under the data folder.
const FOLDER: &str = "matrix";
const SESSION: &str = "session.json";

/// What the bot logs in with.
#[derive(Debug, Clone)]
pub struct Login {
    with: With,
    recovery: Option<Secret>,
}

#[derive(Debug, Clone)]
enum With {
    Password(Secret),
    Token(Secret),
}

impl Login {
    /// What the environment holds.
    pub fn from_environment() -> Result<Login, Invalid> {
        let given = |name: &str| {
            let file = format!("{name}_FILE");
            let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
            match set(name) || set(&file) {
                true => Secret::from_environment(name).map(Some),
                false => Ok(None),
            }
        };
        Ok(Login {
            with: match given(TOKEN)? {
                Some(token) => With::Token(token),
                None => With::Password(Secret::from_environment(PASSWORD)?),
            },
            recovery: given(RECOVERY)?,
        })
    }

    /// The password, where one was given.
    pub(super) fn password(&self) -> Option<&Secret> {
        match &self.with {
            With::Password(password) => Some(password),
            With::Token(_) => None,
        }
    }

    /// The access token, where one was given.
    pub(super) fn token(&self) -> Option<&str> {
        match &self.with {
            With::Password(_) => None,
            With::Token(token) => Some(token.reveal()),
        }
    }
}

/// What is kept of the session. The device is chosen before it is logged in, so that one that was never
/// heard of again is found again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) homeserver: String,
    pub(super) user_id: OwnedUserId,
    pub(super) device_id: OwnedDeviceId,
    #[serde(default)]
    pub(super) access_token: Option<String>,
}

impl Kept {
    /// What is kept under a data folder.
    pub(super) fn read(data: &Path) -> anyhow::Result<Option<Kept>> {
        let path = data.join(FOLDER).join(SESSION);
        match std::fs::read(&path) {
            Ok(kept) => {
                let kept = serde_json::from_slice(&kept);
                let mend = || format!("{} is damaged: {START_ANEW}", path.display());
                Ok(Some(kept.with_context(mend)?))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error)
                .with_context(|| format!("cannot read {}: correct its rights", path.display())),
        }
    }

    fn write(&self, folder: &Path) -> anyhow::Result<()> {
        let path = folder.join(SESSION);
        let write = || -> anyhow::Result<()> {
            let new = folder.join("session.new");
            std::fs::write(&new, serde_json::to_vec(self)?)?;
            only_for_owner(&new, 0o600)?;
            std::fs::rename(&new, &path)?;
            Ok(())
        };
        write().with_context(|| {
            format!(
                "cannot write {}: choose another [data] path, or correct its rights",
                path.display()
            )
        })
    }
}

const START_ANEW: &str =
    "move the folder matrix away from the data folder, and the bot logs in as a new device";

/// A token of somebody else or a kept session would open the bot's rooms.
fn only_for_owner(path: &Path, mode: u32) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))?;
    }
    #[cfg(not(unix))]
    let _ = (path, mode);
    Ok(())
}

/// The folder belongs to this program as long as this is there. Two that encrypt with the same keys would
/// spoil them.
pub(super) struct Locked(#[expect(dead_code, reason = "closing it is what counts")] File);

/// Makes the folder under `data`, and keeps others away from it.
pub(super) fn lock(data: &Path) -> anyhow::Result<Locked> {
    let folder = data.join(FOLDER);
    let open = || {
        std::fs::create_dir_all(&folder)?;
        only_for_owner(&folder, 0o700)?;
        File::create(folder.join("lock"))
    };
    let file = open().with_context(|| {
        format!(
            "cannot make {}: correct the rights of the data folder",
            folder.display()
        )
    })?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => anyhow::bail!(
            "{} is used by another program: end that one, or choose another [data] path",
            folder.display()
        ),
        // Where there are no locks, nobody is kept away.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(Locked(file)),
    }
}

/// Why there is no session.
#[derive(Debug)]
pub(super) enum Failure {
    /// The server cannot be reached; it may be later.
    Later(anyhow::Error),
    /// Somebody must mend something.
    Final(anyhow::Error),
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Failure {
        Failure::Final(error)
    }
}

/// Opens what is kept, and logs in where nothing is.
pub(super) async fn open(
    config: &config::Matrix,
    login: &Login,
    data: &Path,
) -> Result<Client, Failure> {
    let folder: PathBuf = data.join(FOLDER);
    let user = UserId::parse(&config.user_id)
        .with_context(|| format!("matrix.user_id = \"{}\": correct it", config.user_id))?;
    let kept = match Kept::read(data)? {
        // A server may move, and its users with it.
        Some(kept) if kept.user_id == user => Kept {
            homeserver: config.homeserver.clone(),
            ..kept
        },
        Some(kept) if kept.access_token.is_some() => {
            return Err(Failure::Final(anyhow::anyhow!(
                "{} holds the keys of {}: correct matrix.user_id, or {START_ANEW}",
                folder.display(),
                kept.user_id,
            )));
        }
        // None, or one that was never let in.
        _ => {
            let kept = Kept {
                homeserver: config.homeserver.clone(),
                user_id: user.clone(),
                device_id: DeviceId::new(),
                access_token: None,
            };
            kept.write(&folder)?;
            kept
        }
    };
    let client = Client::builder()
        .homeserver_url(&config.homeserver)
        // Where the password goes is for the configuration to say, not for the server.
        .respect_login_well_known(false)
        .user_agent(concat!("referent/", env!("CARGO_PKG_VERSION")))
        .request_config(RequestConfig::new().timeout(Duration::from_secs(30)))
        .sqlite_store(&folder, None)
        .with_encryption_settings(EncryptionSettings {
            backup_download_strategy: BackupDownloadStrategy::AfterDecryptionFailure,
            ..EncryptionSettings::default()
        })
        // What was said before somebody was invited is not for the bot to pass on.
        .with_enable_share_history_on_invite(false)
        .build()
        .await
        .map_err(|error| {
            Failure::Final(
                anyhow::Error::new(error)
                    .context(format!("cannot open {}: {START_ANEW}", folder.display())),
            )
        })?;
    match (&login.with, &kept.access_token) {
        (With::Token(token), _) => with_token(&client, token.reveal(), kept, &folder).await?,
        (With::Password(_), Some(token)) => {
            let token = token.clone();
            restore(&client, &kept, token, &folder).await?;
        }
        (With::Password(password), None) => {
            with_password(&client, password, kept, &folder).await?;
        }
    }
    Ok(client)
}

async fn with_password(
    client: &Client,
    password: &Secret,
    kept: Kept,
    folder: &Path,
) -> Result<(), Failure> {
    let response = client
        .matrix_auth()
        .login_username(&kept.user_id, password.reveal())
        .device_id(kept.device_id.as_str())
        .initial_device_display_name("Referent")
        .send()
        .await
        .map_err(|error| match error.client_api_error_kind() {
            Some(ErrorKind::Forbidden) => Failure::Final(anyhow::anyhow!(
                "Matrix refuses the password in {PASSWORD} for {}: correct it, or matrix.user_id",
                kept.user_id
            )),
            Some(ErrorKind::UserDeactivated) => Failure::Final(anyhow::anyhow!(
                "the account {} was closed: make another, and name it as matrix.user_id",
                kept.user_id
            )),
            Some(kind) if is_refusal(&error) => Failure::Final(anyhow::anyhow!(
                "Matrix takes no password for {} ({}): correct matrix.user_id, or log in with a client and set {TOKEN} to its access token",
                kept.user_id,
                kind.errcode()
            )),
            _ => failure(error, &kept, folder),
        })?;
    let kept = Kept {
        access_token: Some(response.access_token),
        ..kept
    };
    Ok(kept.write(folder)?)
}

/// A token belongs to a device, and keys do: the device is asked for.
async fn with_token(
    client: &Client,
    token: &str,
    kept: Kept,
    folder: &Path,
) -> Result<(), Failure> {
    let (user, device) = whoami(&kept.homeserver, token).await?;
    if user != kept.user_id {
        return Err(Failure::Final(anyhow::anyhow!(
            "{TOKEN} is a token of {user}: name that user as matrix.user_id, or copy a token of {}",
            kept.user_id
        )));
    }
    let known = kept.access_token.is_some();
    if known && device != kept.device_id {
        return Err(Failure::Final(anyhow::anyhow!(
            "{TOKEN} is a token of the device {device}, and {} holds the keys of {}: take that device's token, or {START_ANEW}",
            folder.display(),
            kept.device_id
        )));
    }
    let kept = Kept {
        device_id: device,
        access_token: Some(token.to_owned()),
        ..kept
    };
    restore(client, &kept, token.to_owned(), folder).await?;
    Ok(kept.write(folder)?)
}

async fn whoami(homeserver: &str, token: &str) -> Result<(OwnedUserId, OwnedDeviceId), Failure> {
    #[derive(Deserialize)]
    struct Me {
        user_id: OwnedUserId,
        device_id: OwnedDeviceId,
    }
    let later = |error: reqwest::Error| {
        let error = anyhow::Error::new(error.without_url());
        Failure::Later(error.context(format!(
            "{homeserver} cannot be reached: wait until it is there, or correct matrix.homeserver"
        )))
    };
    let address = format!(
        "{}/_matrix/client/v3/account/whoami",
        homeserver.trim_end_matches('/')
    );
    let client = reqwest::Client::builder().build().map_err(later)?;
    let asked = client
        .get(address)
        .bearer_auth(token)
        .timeout(Duration::from_secs(30))
        .send();
    let answer = asked.await.map_err(later)?;
    if answer.status().as_u16() == 401 {
        return Err(Failure::Final(anyhow::anyhow!(
            "Matrix refuses the token in {TOKEN}: copy it anew"
        )));
    }
    if answer.status().is_server_error() || answer.status().as_u16() == 429 {
        return Err(Failure::Later(anyhow::anyhow!(
            "{homeserver} answers with status {}",
            answer.status().as_u16()
        )));
    }
    if !answer.status().is_success() {
        return Err(Failure::Later(anyhow::anyhow!("{}", no_server(homeserver))));
    }
    let text = answer.text().await.map_err(later)?;
    let me: Me = serde_json::from_str(&text).with_context(|| {
        format!("{TOKEN} belongs to no device: log in once more and copy that token")
    })?;
    Ok((me.user_id, me.device_id))
}

async fn restore(
    client: &Client,
    kept: &Kept,
    access_token: String,
    folder: &Path,
) -> Result<(), Failure> {
    let session = MatrixSession {
        meta: SessionMeta {
            user_id: kept.user_id.clone(),
            device_id: kept.device_id.clone(),
        },
        tokens: SessionTokens {
            access_token,
            refresh_token: None,
        },
    };
    let restored = client.restore_session(session).await;
    restored.map_err(|error| failure(error, kept, folder))
}

fn failure(error: matrix_sdk::Error, kept: &Kept, folder: &Path) -> Failure {
    let matrix_sdk::Error::Http(http) = &error else {
        return Failure::Final(
            anyhow::Error::new(error)
                .context(format!("cannot use {}: {START_ANEW}", folder.display())),
        );
    };
    let server = &kept.homeserver;
    let is_gone = matches!(**http, HttpError::Reqwest(_));
    let answer = http.as_client_api_error();
    let is_away = answer
        .is_some_and(|answer| answer.status_code.is_server_error() || answer.status_code == 429);
    Failure::Later(
        match is_gone || is_away || answer.is_some_and(|answer| answer.error_kind().is_some()) {
            true => anyhow::anyhow!(
                "{server}: {}: wait until it is there, or correct matrix.homeserver",
                brief(&error)
            ),
            false => anyhow::anyhow!("{}", no_server(server)),
        },
    )
}

/// That something else than a Matrix server is at an address.
pub(super) fn no_server(address: &str) -> String {
    format!(
        "{address} does not answer as a Matrix server does: write the server's address as matrix.homeserver, which {}/.well-known/matrix/client may tell",
        address.trim_end_matches('/')
    )
}

/// Whether the server understands what is asked of it, and does not do it.
pub(super) fn is_refusal(error: &matrix_sdk::Error) -> bool {
    let error = error.as_client_api_error();
    error.is_some_and(|error| error.status_code.is_client_error() && error.status_code != 429)
}

/// Whether the server no longer knows the session.
pub(super) fn is_ended(error: &matrix_sdk::Error) -> bool {
    matches!(
        error.client_api_error_kind(),
        Some(ErrorKind::UnknownToken { .. } | ErrorKind::MissingToken)
    )
}

/// What is said where the session was ended from elsewhere.
pub(super) fn ended() -> anyhow::Error {
    anyhow::anyhow!("the bot was logged out of Matrix from elsewhere: {START_ANEW}")
}

/// Sees to it that the device is signed by its account. Says in words what was done or is to be done.
pub(super) async fn sign(client: &Client, login: &Login) -> anyhow::Result<()> {
    let encryption = client.encryption();
    encryption
        .bootstrap_cross_signing_if_needed(None)
        .await
        .or_else(|error| {
            // Some servers ask for the password even for the first keys.
            match error.as_uiaa_response().is_some() {
                true => Ok(()),
                false => Err(error),
            }
        })?;
    let mut made_anew = false;
    if !is_signed(client).await? {
        if let Some(words) = &login.recovery {
            match encryption.recovery().recover(words.reveal()).await {
                Ok(()) => eprintln!("referent: the keys of the Matrix account were recovered"),
                Err(error) => tracing::warn!(
                    "matrix: the account's keys cannot be recovered with {RECOVERY}: {error}"
                ),
            }
        }
        if !is_signed(client).await? {
            made_anew = true;
            make_anew(client, login).await?;
        }
    }
    if let Some(words) = &login.recovery
        && (made_anew || !encryption.secret_storage().is_enabled().await?)
    {
        keep(client, words).await?;
    }
    Ok(())
}

/// Whether the device is signed with the account's own keys, and these are here. Where they are and it is
/// not, it is signed.
async fn is_signed(client: &Client) -> anyhow::Result<bool> {
    let encryption = client.encryption();
    let status = encryption.cross_signing_status().await;
    let user = client.user_id().context("nobody is logged in")?;
    // What others see of the account now.
    encryption.request_user_identity(user).await?;
    let Some(device) = encryption.get_own_device().await? else {
        return Ok(false);
    };
    if !status.is_some_and(|status| status.is_complete()) {
        return Ok(false);
    }
    if !device.is_cross_signed_by_owner() {
        // Keys that are not the account's any more sign nothing.
        if device.verify().await.is_err() {
            return Ok(false);
        }
        encryption.request_user_identity(user).await?;
    }
    let device = encryption.get_own_device().await?;
    Ok(device.is_some_and(|device| device.is_cross_signed_by_owner()))
}

/// Makes new keys for the account, in place of those that nobody has any more.
async fn make_anew(client: &Client, login: &Login) -> anyhow::Result<()> {
    const LOST: &str =
        "the keys of the Matrix account are not here, and its device shows as not verified";
    let Some(handle) = client.encryption().reset_cross_signing().await? else {
        eprintln!("referent: {LOST}; the account has new ones now");
        return Ok(());
    };
    let (Some(password), CrossSigningResetAuthType::Uiaa(asked)) =
        (login.password(), handle.auth_type())
    else {
        anyhow::bail!(
            "{LOST}: set {RECOVERY} to what they were kept under, or start once with {PASSWORD} so that it gets new ones"
        );
    };
    let user = client.user_id().context("nobody is logged in")?;
    let name = UserIdentifier::Matrix(MatrixUserIdentifier::new(user.to_string()));
    let mut data = Password::new(name, password.reveal().to_owned());
    data.session.clone_from(&asked.session);
    handle.auth(Some(AuthData::Password(data))).await?;
    eprintln!(
        "referent: {LOST}; the account has new ones now, and whoever had verified it must do so once more"
    );
    Ok(())
}

/// Keeps the account's keys at the server, under words that only the owner knows.
async fn keep(client: &Client, words: &Secret) -> anyhow::Result<()> {
    let recovery = client.encryption().recovery();
    let enable = || recovery.enable().with_passphrase(words.reveal());
    match enable().await {
        Err(RecoveryError::BackupExistsOnServer) => {
            client.encryption().backups().disable_and_delete().await?;
            enable().await?;
        }
        kept => {
            kept?;
        }
    }
    eprintln!("referent: the keys of the Matrix account are kept at the server, under {RECOVERY}");
    Ok(())
}
