/**
 * Chinese texts by code (中文文本). The types keep every table complete.
 *
 * @packageDocumentation
 */
import type { ErrorCode } from './error.js';
import type { Answer, Aspects, Check, FindingCode, Outcome, Verdict } from './report.js';

/** The verdict in a word (结论). */
export const verdictText: Readonly<Record<Verdict, string>> = {
  valid: '有效',
  invalid: '无效',
  indeterminate: '无法判定',
};

/** What the verdict means for whoever holds the document in hand. */
export const verdictExplanation: Readonly<Record<Verdict, string>> = {
  valid: '应当核验的事项均已核验，未发现问题。',
  invalid: '至少有一项核验未通过，请勿采信本文件。',
  indeterminate: '有应当核验的事项未能核验。这既不表示有效，也不表示无效：请补齐所缺材料后重新核验。',
};

export const outcomeText: Readonly<Record<Outcome, string>> = {
  pass: '通过',
  fail: '未通过',
  warn: '通过，有提示',
  unknown: '无法判定',
  skipped: '未核验',
};

export const answerText: Readonly<Record<Answer, string>> = {
  yes: '是',
  no: '否',
  unknown: '无法判定',
};

/** The four things a user asks (完整、真实、可信、现行). */
export const aspectText: Readonly<Record<keyof Aspects, string>> = {
  intact: '完整',
  authentic: '真实',
  trusted: '可信',
  current: '现行',
};

export const aspectQuestion: Readonly<Record<keyof Aspects, string>> = {
  intact: '签署之后内容有没有被改动？',
  authentic: '是不是用所示证书的密钥签署的？',
  trusted: '签署者是否为受信任且有权签署的单位？',
  current: '签署时间是否可采信，是否在有效期内、未被吊销？',
};

export const checkText: Readonly<Record<Check, string>> = {
  format: '格式',
  integrity: '完整性',
  authenticity: '签名值',
  certificate: '证书',
  path: '证书路径',
  authority: '用途与权限',
  time: '时间',
  coverage: '覆盖范围',
  content: '内容一致',
  timestamp: '时间戳',
  countersignature: '副署',
  revocation: '证书吊销',
  status: '证照状态',
};

/** What a finding says, as one sentence. */
export const findingText: Readonly<Record<FindingCode, string>> = {
  'format-ok': '结构符合标准。',
  'format-malformed': '结构不符合标准，无法读取。',
  'format-deviation': '结构与标准略有出入，不影响被签署的内容。',
  'no-signature': '没有签名。',
  'integrity-ok': '受保护的内容与签署时一致。',
  'digest-mismatch': '受保护的内容在签署后被改动。',
  'signature-ok': '签名值经证书公钥验证通过。',
  'signature-invalid': '签名值经证书公钥验证不通过。',
  'signature-malformed': '签名无法读取。',
  'certificate-ok': '已找到签署者证书。',
  'certificate-malformed': '签署者证书无法读取。',
  'algorithm-unsupported': '签名使用了本程序不支持的算法。',

  'path-ok': '证书路径可追溯到受信任的机构。',
  'path-no-anchor': '证书路径追溯不到任何一个给定的受信任机构。',
  'path-signature-invalid': '证书路径中有证书并非由其所称的签发者签发。',
  'path-not-ca': '证书路径中有证书不是 CA 证书，却签发了下级证书。',
  'path-length-exceeded': '证书路径长度超出其中 CA 证书的限制。',
  'path-key-usage': '证书路径中有证书的密钥用途不含签发证书，却签发了下级证书。',
  'path-critical-extension': '证书路径中有证书含本程序不认识的关键扩展。',
  'path-extension-malformed': '证书路径中有证书的扩展无法读取。',
  'path-name-constraints': '证书路径中有证书的名称超出上级 CA 的名称限制。',
  'path-policy': '要求有效的证书策略，但没有一项策略贯穿整条证书路径。',
  'path-extended-key-usage': '证书路径中有证书的扩展密钥用法不含所要求的用途。',
  'path-limit': '查找证书路径达到上限，已停止。',
  'authority-ok': '签署者有权作此签署。',
  'authority-unknown': '不知道签署者是否有权作此签署。',
  'not-authorised-for-use': '签署者证书不适用于此用途。',
  'key-usage': '证书的密钥用途不允许签名。',
  'revocation-not-checked': '未核验证书是否已被吊销。',
  'revocation-ok': '证书未被吊销。',
  'revoked-after-signing': '证书在已证明的签署时间之后才被吊销。',
  'certificate-revoked': '证书已被吊销。',
  'revocation-stale': '吊销信息已过期或晚于核验时间，不能说明证书是否已被吊销。',
  'revocation-not-covered': '吊销信息不涵盖此证书，即使已被吊销也不会列出。',
  'revocation-data-untrusted': '吊销信息不是由有权发布者签发的。',
  'revocation-status-unknown': '应答服务器不知道此证书。',
  'status-not-checked': '未核验证照是否已被注销、吊销或暂停。',
  'timestamp-not-checked': '未核验时间戳；签署时间仅为签署者自称。',

  'time-ok': '签署时间与有效期相符。',
  'signing-time-future': '所称签署时间在将来。',
  'certificate-expired-at-signing': '签署时证书已过期。',
  'certificate-not-yet-valid-at-signing': '签署时证书尚未生效。',
  'expired-time-unproved': '证书现已过期，且无法证明签名是在过期之前作出的。',
  'revoked-time-unproved': '证书已被吊销，且无法证明签名是在吊销之前作出的。',

  'signing-time-after-timestamp': '签署者自称的时间晚于时间戳所证明的时间。',

  'timestamp-ok': '时间戳证明了其存在的时间。',
  'timestamp-malformed': '时间戳无法读取，不能证明任何时间。',
  'timestamp-invalid': '时间戳不真实，或不属于此内容。',
  'timestamp-unproved': '时间戳完整，但无法确认签发机构可信，不能证明任何时间。',
  'timestamp-signers': '时间戳的签名者不是恰好一个。',
  'timestamp-imprint-mismatch': '时间戳针对的是其他内容。',
  'timestamp-nonce-mismatch': '时间戳未重复请求中的随机数，可能是旧的时间戳。',
  'timestamp-policy-mismatch': '时间戳所依据的策略不是所要求的策略。',
  'timestamp-critical-extension': '时间戳含有无法识别的关键扩展项。',
  'timestamp-authority-name': '时间戳中的机构名称与签名者证书不符。',
  'timestamp-key-purpose': '签名者证书不是专用于时间戳的证书。',
  'signing-certificate-missing': '签名属性未指明签名者所用的证书。',
  'signing-certificate-mismatch': '签名属性指明的证书与找到的证书不符。',

  'cms-dialect': '签名的覆盖内容由此处所列的签名方式决定。',
  'cms-attribute-missing': '缺少必需的签名属性。',
  'cms-attribute-malformed': '签名属性重复、有多个值或无法读取。',
  'cms-content-type-mismatch': '内容的类型与签名时声明的不同。',
  'cms-attributes-as-content': '内容是另一条消息的签名属性：没有人把它作为内容签署过。',
  'cms-content-may-be-digest': '所签内容的长度等于杂凑值：未核验它是否为某文件的杂凑值。',
  'cms-content-not-held': '签名直接覆盖内容本身，内容过大，无法以流的方式验证。',
  'cms-algorithm-mismatch': '签名算法与杂凑算法相互矛盾。',
  'certificate-missing': '未找到签署者的证书。',
  'countersignature-not-checked': '未核验副署签名。',

  'seal-ok': '印章真实，且在有效期内。',
  'seal-malformed': '印章数据无法读取。',
  'seal-signature-invalid': '印章并非由其所称的制章者签发。',
  'seal-maker-expired-at-creation': '制章时制章者证书已过期。',
  'seal-maker-not-yet-valid-at-creation': '制章时制章者证书尚未生效。',
  'seal-expired': '盖章时印章已过期。',
  'seal-expired-time-unproved': '印章在所称的签章时间之后已过期，而时间戳是过期后才加盖的。',
  'seal-not-yet-valid': '盖章时印章尚未生效。',
  'seal-dates-reversed': '印章的截止日期早于起始日期。',
  'seal-valid-before-made': '印章的有效期起始早于制作日期。',
  'signer-in-seal': '签章者在印章的签章者名单之内。',
  'signer-not-in-seal': '签章者不在印章的签章者名单之内，印章由他人使用。',

  'coverage-ok': '此内容位于签章覆盖范围之内。',
  'coverage-whole-file': '签名覆盖整个文件。',
  'coverage-further-signature': '此签名之后，文件仅增加了其他签名。',
  'coverage-validation-data': '此签名之后，文件仅增加了长期验证信息。',
  'coverage-byte-range': '签名所称的字节范围与文件不符。',
  'coverage-gap': '除签名自身位置外，签名还遗漏了文件的其他部分。',
  'coverage-padding': '签名位置中含有签名以外的内容。',
  'coverage-revision': '签名的终点不是文件某一版本的终点。',
  'coverage-overlap': '两个签名的范围以正常程序不会产生的方式重叠。',
  'coverage-trailing-bytes': '已签署部分之后还有其他字节。',
  'coverage-later-change': '此签名之后文档被改动。',
  'signature-covers-content': '签名对应所显示的内容。',
  'signature-dictionary-changed': '签名条目本身在签署后被改动。',
  'subfilter-unknown': '签名类型为本程序所不识。',
  'pdf-hybrid': '文件向不同的阅读程序显示不同的内容（混合交叉引用）。',

  'trust-list-ok': '信任列表由所信任的密钥签发。',
  'trust-list-untrusted': '信任列表并非由所信任的密钥签发。',
  'trust-list-key': '信任列表所载密钥与此前公告的不符。',
  'trust-list-other': '这不是此前采信的那份信任列表。',
  'trust-list-rollback': '信任列表比此前见过的版本旧，或同一版本内容被改动。',
  'trust-list-future': '信任列表的签发时间在将来。',
  'trust-list-current': '信任列表在更新期内。',
  'trust-list-stale': '信任列表已过更新期，应获取新版本。',
  'trust-list-expired': '信任列表过旧，不能再据以判定。',
  'listing-ok': '信任列表在签署时间内列有签署者。',
  'listing-ended': '签署时间晚于信任列表为签署者列明的截止时间。',
  'listing-not-yet-valid': '签署时间早于信任列表为签署者列明的起始时间。',
  'region-not-authorised': '签署者无权在此行政区域签署。',

  'issuer-unknown': '颁发机构不在信任列表中。',
  'issuer-authority-ok': '颁发机构有权颁发此类证照。',
  'issuer-authority-mismatch': '颁发机构无权颁发此类证照。',
  'identifier-check': '电子证照标识的校验码错误。',
  'identifier-mismatch': '电子证照标识与证照其他内容不符。',
  'qr-prefix': '此二维码不是电子证照二维码。',
  'qr-version-unknown': '此证照二维码的版本无法识别，请升级核验程序。',
  'qr-base45': '二维码文本已损坏。',
  'qr-deflate': '二维码内容无法解压。',
  'qr-bomb': '二维码内容解压后超过证照可能的大小。',
  'qr-trailing-bytes': '二维码中含有证照以外的内容。',
  'qr-cbor': '二维码内容编码不正确。',
  'qr-cose': '二维码中的签名结构不正确。',
  'qr-header': '二维码中的签名结构使用了不允许的算法或密钥。',
  'qr-claims': '二维码所载事项不全或类型不符。',
  'qr-claim-unknown': '二维码载有本程序不认识的事项。',
  'qr-missing': '证照上没有二维码。',
  'license-ok': '证照在有效期内。',
  'license-expired': '证照已过有效期。',
  'license-not-yet-valid': '证照尚未生效。',
  'seal-issuer-ok': '印章属于证照颁发机构。',
  'seal-issuer-mismatch': '印章不属于证照颁发机构。',
  'face-data-ok': '证照照面与签名数据一致。',
  'face-data-mismatch': '证照照面与签名数据不一致。',
  'face-data-missing': '缺少可与证照照面核对的签名数据。',
};

/** What went wrong and what to do about it (错误提示). */
export const errorText: Readonly<Record<ErrorCode, string>> = {
  'input-too-large': '输入超过允许的大小，请减小后重试。',
  'input-malformed': '输入内容无法识别，请确认文件类型正确且未损坏。',
  'invalid-argument': '参数不正确，请对照说明修改后重试。',
  'limit-exceeded': '超过处理上限，请拆分或精简输入后重试。',

  'der-malformed': 'DER 编码有误，请确认文件完整且确为 DER 格式。',
  'der-limit': 'DER 结构过深或过多，超过处理上限，请确认文件来源可靠。',
  'pem-malformed': 'PEM 文本有误，请确认首尾行完整且内容未被改动。',

  'key-malformed': '密钥无法读取，请确认密钥文件完整且格式正确。',
  'key-unsupported': '不支持此类密钥，请改用 SM2 密钥或说明中列出的其他类型。',
  'key-encrypted': '密钥已加密，请提供口令或先解密。',
  'key-mismatch': '密钥与证书不匹配，请核对是否为同一对密钥。',
  'key-destroyed': '密钥已销毁，不能再使用，请重新读取密钥。',
  'pkcs12-malformed': 'PKCS#12 文件（.p12/.pfx）已损坏或格式不正确，请重新获取该文件。',
  'password-wrong': '口令不正确，请核对后重新输入。',
  'signature-malformed': '签名数据长度或编码不正确，请确认签名文件完整。',
  'ciphertext-malformed': '密文无法读取，请确认密文完整，且所选格式与加密时一致。',
  'decryption-failed': '解密失败，请确认使用的密钥正确，且密文未被改动。',
  'algorithm-unsupported': '不支持此算法，请改用说明中列出的算法。',
  'backend-unavailable': '当前运行环境缺少所需的密码算法实现，请更换运行环境或升级后重试。',

  'pool-unavailable': '密码资源池无法连接、已关闭或运行中断，请稍后重试。',
  'pool-busy': '密码资源池繁忙，请稍后重试。',
  'pool-timeout': '密码资源池未在限定时间内应答，请稍后重试。',
  'pool-unauthorized': '密码资源池不接受此身份凭据，请核对令牌或客户端证书。',
  'pool-key-unknown': '密码资源池中没有此密钥，或无权使用，请核对密钥名称。',
  'pool-answer-wrong': '密码资源池的应答不正确，结果未予采用，请立即联系管理员核查。',
  'idempotency-key-reused': '同一幂等键已用于另一请求，请更换幂等键后重试。',

  'certificate-malformed': '证书无法读取，请确认为完整的 X.509 证书（PEM 或 DER）。',
  'certificate-request-malformed': '证书请求无法读取，请确认为完整的 PKCS#10 请求（PEM 或 DER）。',
  'certificate-request-unproved': '证书请求未以其中公钥对应的私钥签名，请由申请者重新生成。',
  'certificate-unsuitable': '证书不适用于此操作，请选用用途和有效期相符的证书。',
  'certificate-expired': '证书已过有效期，请换用有效期内的证书。',
  'certificate-not-yet-valid': '证书尚未生效，请核对证书有效期和签署时间。',
  'name-malformed': '证书名称（DN）书写有误，请按“CN=…,O=…,C=CN”的形式填写。',

  'crl-malformed': '证书吊销列表无法读取，请确认文件完整且格式正确。',
  'crl-unsupported': '不支持此类证书吊销列表（增量、间接或按类别划分），请改用完整列表。',
  'ocsp-malformed': 'OCSP 数据无法读取，请确认内容完整且格式正确。',
  'ocsp-unsupported': '不支持此类 OCSP 数据，请改用基本应答。',
  'ocsp-unsuccessful': 'OCSP 服务器未给出证书状态，请稍后重试或联系 CA。',
  'certificate-unknown': '此 CA 没有签发过该证书，请核对证书或序列号。',
  'already-revoked': '该证书已被吊销，不能重复吊销。',

  'timestamp-malformed': '时间戳数据无法读取，请确认内容完整且格式正确。',
  'timestamp-refused': '时间戳机构拒绝签发，请按所述原因修改请求。',
  'timestamp-unavailable': '无法从时间戳机构取得应答，请检查地址和网络后重试。',
  'timestamp-answer-wrong': '时间戳机构的应答与请求不符，不可使用。',

  'cms-malformed': 'CMS 消息无法读取，请确认文件完整且格式正确。',
  'cms-content-missing': '签名与内容分离，请同时提供被签内容。',
  'recipient-not-found': '数字信封不是加密给此密钥的。',

  'code-invalid': '代码不正确，请核对位数、字符和校验码。',

  'base45-malformed': 'Base45 文本有误，请重新扫描二维码。',
  'qr-too-large': '内容过长，一个二维码放不下，请减少内容。',
  'qr-not-found': '图片中没有找到二维码，请提供更清晰、完整的图片。',
  'image-malformed': '图片无法读取，请提供完整的 PNG、JPEG 或 SVG 图片。',
  'cbor-malformed': 'CBOR 编码有误，请确认数据完整且未被改动。',
  'cose-malformed': 'COSE 签名结构有误，请确认数据完整且未被改动。',

  'json-malformed': 'JSON 文本有误（编码、重复成员或层次过深），请确认数据完整且未被改动。',
  'jws-malformed': 'JWS 签名结构有误，请确认数据完整且未被改动。',

  'trust-list-malformed': '信任列表的内容不符合格式，请向发布机构重新获取。',
  'trust-list-untrusted': '信任列表不是由所信任的密钥签发，或不可采信，请核对公钥并重新获取列表。',
  'trust-list-rollback': '信任列表比已采信的版本旧，或同一版本内容不同，请获取最新版本。',

  'pdf-malformed': 'PDF 文件已损坏或不是 PDF，请重新获取原文件。',
  'pdf-encrypted': 'PDF 文件已加密，请先解除加密。',
  'pdf-limit': 'PDF 文件超过处理上限，请精简后重试。',
  'pdf-loop': 'PDF 文件内部存在循环引用，文件可能被恶意构造，请重新获取原文件。',
  'pdf-page-missing': '没有这一页，请核对页码。',
  'pdf-certified': 'PDF 文件已被认证签名锁定，不允许此改动；请向文件作者索取未锁定的文件。',
  'pdf-reservation': '为签名预留的空间不足，请加大预留后重新签署。',
  'pdf-unfaithful': '无法在不改变原有内容的前提下写入此 PDF，请换用未损坏的原文件。',

  'seal-malformed': '印章数据无法读取，请向制章单位重新获取印章文件。',
  'seal-outside-page': '印章位置超出页面，请调整坐标或页码。',
  'seal-picture-unsupported': '不支持此印章图片格式，请改用 PNG、JPEG、GIF、BMP 或 SVG 图片。',
  'seal-name-length': '印章名称过长或为空，请修改名称。',
  'seal-expired': '印章已过有效期，请向制章单位申请换发印章。',
  'seal-not-yet-valid': '印章尚未生效，请核对印章有效期。',
  'signer-not-in-seal': '签章者证书不在印章的签章者名单之内，请换用名单内的证书或重新制章。',
  'glyph-missing': '字体缺少所需的字，请更换字体。',

  'license-data-invalid': '证照数据不符合要求，请按所列问题逐项修改。',
  'license-type-unknown': '没有此证照类型的定义，请核对证照类型代码或提供类型定义。',
  'license-type-invalid': '证照类型的定义不正确，请按所列问题逐项修改。',
  'license-qr-too-large': '证照内容过长，二维码放不下，请减少写入二维码的内容。',
  'license-face-too-large': '证照照面文件超过大小上限，请减少附件或更换字体。',
  'license-face-overflow': '证照照面内容过长，版面放不下，请缩短文字。',

  usage: '命令用法不正确，请加 --help 查看用法。',
  'file-missing': '找不到文件，请核对路径。',
  'file-exists': '文件已存在；如需覆盖请加 --force。',
  'file-unreadable': '文件无法读取，请核对权限。',
  'file-unwritable': '文件无法写入，请核对目录、权限和磁盘空间。',
  internal: '程序内部错误，请保留现场并向维护者报告。',
};
