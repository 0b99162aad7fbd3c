package io.octavo.server.payload;

import io.octavo.server.errors.ServiceException;
import java.time.Duration;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;

/** Says what went wrong with a store, and what helps. Addresses and keys are in the cause at most. */
final class S3Failures {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private S3Failures() {}

    static ServiceException unavailable(String region, String operation, SdkException e) {
        return ServiceException.unavailable("region " + region + ": S3 " + what(operation, e), RETRY_AFTER, e);
    }

    private static String what(String operation, SdkException e) {
        if (e instanceof AwsServiceException answer) {
            String code = answer.statusCode() + code(answer);
            return switch (answer.statusCode()) {
                case 401, 403 ->
                    "refuses " + operation + " with " + code
                            + " (check access-key, secret-key, signing-region and what this key may do)";
                case 404 ->
                    "answers " + operation + " with " + code
                            + " (check the bucket, or set octavo.payload.create-buckets=true)";
                default -> "answers " + operation + " with " + code;
            };
        }
        if (e instanceof ApiCallTimeoutException) {
            return "did not finish " + operation + " in time";
        }
        return "can't be reached for " + operation + " (check endpoint and network)";
    }

    private static String code(AwsServiceException e) {
        AwsErrorDetails details = e.awsErrorDetails();
        return details == null || details.errorCode() == null ? "" : " " + details.errorCode();
    }
}
