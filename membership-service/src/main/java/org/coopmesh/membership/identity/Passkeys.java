package org.coopmesh.membership.identity;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.web.webauthn.api.AuthenticatorTransport;
import org.springframework.security.web.webauthn.api.Bytes;
import org.springframework.security.web.webauthn.api.CredentialRecord;
import org.springframework.security.web.webauthn.api.ImmutableCredentialRecord;
import org.springframework.security.web.webauthn.api.ImmutablePublicKeyCose;
import org.springframework.security.web.webauthn.api.ImmutablePublicKeyCredentialUserEntity;
import org.springframework.security.web.webauthn.api.PublicKeyCredentialType;
import org.springframework.security.web.webauthn.api.PublicKeyCredentialUserEntity;
import org.springframework.security.web.webauthn.management.PublicKeyCredentialUserEntityRepository;
import org.springframework.security.web.webauthn.management.UserCredentialRepository;
import org.springframework.stereotype.Repository;

/** SQL for passkeys, in the shape that Spring's relying party asks for. A user handle is the bytes of the account's id. */
@Repository
class Passkeys implements UserCredentialRepository {
    private static final int UUID_BYTES = 16;

    private final JdbcClient db;

    Passkeys(JdbcClient db) {
        this.db = db;
    }

    @Override
    public void save(CredentialRecord record) {
        db.sql(
                        """
                        insert into passkey
                            (credential_id, account_id, public_key, attestation, signature_count,
                             user_verified, transports, backup_eligible, backed_up, label,
                             added_at, used_at)
                        values (:id, :account, :key, :attestation, :count, :verified, :transports,
                                :eligible, :backedUp, :label, :added, :used)
                        on conflict (credential_id) do update
                        set signature_count = excluded.signature_count,
                            user_verified = excluded.user_verified,
                            backed_up = excluded.backed_up,
                            used_at = excluded.used_at
                        where passkey.account_id = excluded.account_id
                        """)
                .param("id", record.getCredentialId().getBytes())
                .param("account", account(record.getUserEntityUserId()).value())
                .param("key", record.getPublicKey().getBytes())
                .param("attestation", requireNonNull(record.getAttestationObject()).getBytes())
                .param("count", record.getSignatureCount())
                .param("verified", record.isUvInitialized())
                .param(
                        "transports",
                        record.getTransports().stream()
                                .map(AuthenticatorTransport::getValue)
                                .collect(Collectors.joining(",")))
                .param("eligible", record.isBackupEligible())
                .param("backedUp", record.isBackupState())
                .param("label", record.getLabel())
                .param("added", utc(record.getCreated()))
                .param("used", utc(record.getLastUsed()))
                .update();
    }

    @Override
    public @Nullable CredentialRecord findByCredentialId(Bytes credential) {
        return db.sql("select * from passkey where credential_id = :id")
                .param("id", credential.getBytes())
                .query(Passkeys::passkey)
                .optional()
                .orElse(null);
    }

    @Override
    public List<CredentialRecord> findByUserId(Bytes user) {
        return of(account(user));
    }

    @Override
    public void delete(Bytes credential) {
        db.sql("delete from passkey where credential_id = :id")
                .param("id", credential.getBytes())
                .update();
    }

    void removeAll(AccountId account) {
        db.sql("delete from passkey where account_id = :account")
                .param("account", account.value())
                .update();
    }

    /** Those of an account, the oldest first. */
    List<CredentialRecord> of(AccountId account) {
        return db.sql("select * from passkey where account_id = :account order by added_at")
                .param("account", account.value())
                .query(Passkeys::passkey)
                .list();
    }

    /** The bytes of an account's id, as authenticators keep them. */
    static Bytes handle(AccountId account) {
        return new Bytes(
                ByteBuffer.allocate(UUID_BYTES)
                        .putLong(account.value().getMostSignificantBits())
                        .putLong(account.value().getLeastSignificantBits())
                        .array());
    }

    /** Whose a handle is; empty where it is none of ours. */
    Optional<AccountId> holder(Bytes handle) {
        return handle.getBytes().length == UUID_BYTES
                ? Optional.of(account(handle))
                : Optional.empty();
    }

    private static AccountId account(Bytes handle) {
        ByteBuffer bytes = ByteBuffer.wrap(handle.getBytes());
        return new AccountId(new UUID(bytes.getLong(), bytes.getLong()));
    }

    private static OffsetDateTime utc(Instant at) {
        return OffsetDateTime.ofInstant(at, ZoneOffset.UTC);
    }

    private static CredentialRecord passkey(ResultSet row, int number) throws SQLException {
        return ImmutableCredentialRecord.builder()
                .credentialType(PublicKeyCredentialType.PUBLIC_KEY)
                .credentialId(new Bytes(row.getBytes("credential_id")))
                .userEntityUserId(handle(new AccountId(row.getObject("account_id", UUID.class))))
                .publicKey(new ImmutablePublicKeyCose(row.getBytes("public_key")))
                .attestationObject(new Bytes(row.getBytes("attestation")))
                .signatureCount(row.getLong("signature_count"))
                .uvInitialized(row.getBoolean("user_verified"))
                .transports(
                        Arrays.stream(row.getString("transports").split(","))
                                .filter(word -> !word.isEmpty())
                                .map(AuthenticatorTransport::valueOf)
                                .collect(Collectors.toSet()))
                .backupEligible(row.getBoolean("backup_eligible"))
                .backupState(row.getBoolean("backed_up"))
                .label(row.getString("label"))
                .created(row.getObject("added_at", OffsetDateTime.class).toInstant())
                .lastUsed(row.getObject("used_at", OffsetDateTime.class).toInstant())
                .build();
    }

    /** Accounts as authenticators name them; found by id, since that is the name of whoever is signed in. */
    @Repository
    static class Holders implements PublicKeyCredentialUserEntityRepository {
        private final Accounts accounts;

        Holders(Accounts accounts) {
            this.accounts = accounts;
        }

        @Override
        public @Nullable PublicKeyCredentialUserEntity findById(Bytes handle) {
            return handle.getBytes().length == UUID_BYTES ? find(account(handle)) : null;
        }

        @Override
        public @Nullable PublicKeyCredentialUserEntity findByUsername(String id) {
            return find(new AccountId(UUID.fromString(id)));
        }

        @Override
        public void save(PublicKeyCredentialUserEntity holder) {
            throw new UnsupportedOperationException("accounts are opened elsewhere");
        }

        @Override
        public void delete(Bytes handle) {
            throw new UnsupportedOperationException("accounts are closed elsewhere");
        }

        private @Nullable PublicKeyCredentialUserEntity find(AccountId id) {
            return accounts.find(id)
                    .filter(Account::open)
                    .map(account ->
                            ImmutablePublicKeyCredentialUserEntity.builder()
                                    .id(handle(account.id()))
                                    .name(account.email())
                                    .displayName(account.name())
                                    .build())
                    .orElse(null);
        }
    }
}
