package io.octavo.server.payload;

import io.octavo.tls.Authorities;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.StandardRetryStrategy;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** Makes the SDK's clients as this service wants them: every pool and every wait bounded, retries with jitter. */
final class S3Clients {
    private static final Duration FIRST_BACKOFF = Duration.ofMillis(100);
    private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(2);

    private S3Clients() {}

    static S3Client client(S3Config s3, PayloadConfig config, int connections) {
        StandardRetryStrategy retries = AwsRetryStrategy.standardRetryStrategy().toBuilder()
                .maxAttempts(config.attempts())
                .backoffStrategy(BackoffStrategy.exponentialDelay(FIRST_BACKOFF, LONGEST_BACKOFF))
                .throttlingBackoffStrategy(BackoffStrategy.exponentialDelay(FIRST_BACKOFF, LONGEST_BACKOFF))
                .build();
        return S3Client.builder()
                .region(Region.of(s3.signingRegion()))
                .endpointOverride(s3.endpoint())
                .forcePathStyle(s3.pathStyle())
                .credentialsProvider(credentials(s3))
                // Stores differ in these checksums; parts carry Content-MD5, and payloads their SHA-256.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .overrideConfiguration(o -> o.retryStrategy(retries).apiCallTimeout(config.callTimeout()))
                .httpClientBuilder(http(s3, config, connections))
                .build();
    }

    private static Apache5HttpClient.Builder http(S3Config s3, PayloadConfig config, int connections) {
        Apache5HttpClient.Builder http = Apache5HttpClient.builder()
                .maxConnections(connections)
                .connectionTimeout(config.connectTimeout())
                .connectionAcquisitionTimeout(config.connectTimeout())
                .socketTimeout(config.readTimeout())
                .tcpKeepAlive(true);
        String ca = s3.ca();
        if (ca != null) {
            Authorities authorities = Authorities.read("octavo.regions[].s3.ca", Path.of(ca));
            http.tlsTrustManagersProvider(authorities::alone);
        }
        return http;
    }

    static S3Presigner presigner(S3Config s3) {
        return S3Presigner.builder()
                .region(Region.of(s3.signingRegion()))
                .endpointOverride(s3.publicEndpoint() == null ? s3.endpoint() : s3.publicEndpoint())
                .credentialsProvider(credentials(s3))
                .serviceConfiguration(S3Configuration.builder()
                        .pathStyleAccessEnabled(s3.pathStyle())
                        .build())
                .build();
    }

    /** Null = the SDK's own chain. */
    private static @Nullable AwsCredentialsProvider credentials(S3Config s3) {
        return s3.accessKey() == null
                ? null
                : StaticCredentialsProvider.create(AwsBasicCredentials.create(s3.accessKey(), s3.secretKey()));
    }
}
